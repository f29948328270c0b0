#Requires -Version 5.1
<#
.SYNOPSIS
    Tries install_service.ps1 in the PowerShell that runs this. For a test machine only.

.DESCRIPTION
    Parses the script, asks for the state of what is not installed, then installs the service twice,
    asks for its state, has it read the sample images, and removes it. Needs an administrator, and
    Python, ExifTool and NSSM on PATH. It writes into Input and out of this checkout. Used by
    .github/workflows/test.yml, in Windows PowerShell 5.1 and in PowerShell 7.

.EXAMPLE
    powershell -ExecutionPolicy Bypass -File tests\windows\try_install_script.ps1
#>
[CmdletBinding()]
param(
    # How long the service may take for anything, in seconds.
    [int] $Patience = 120
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

$Top = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
$Script = Join-Path $Top 'install_service.ps1'
$VenvPython = Join-Path $Top '.venv\Scripts\python.exe'
$Name = 'AIImageMetaPipe-Trial'
# The program of the shell that runs this: powershell.exe or pwsh.exe.
$Shell = (Get-Process -Id $PID).Path

# Runs the script in a process of its own and sees that its exit code is the expected one.
function Invoke-Script {
    param([string[]] $Words, [int] $Expected)
    Write-Host "> install_service.ps1 $($Words -join ' ')"
    & $Shell -NoProfile -ExecutionPolicy Bypass -File $Script $Words | Out-Host
    if ($LASTEXITCODE -ne $Expected) { throw "The exit code is $LASTEXITCODE, not $Expected." }
}

function Assert-Parsed {
    $tokens = $null
    $mistakes = $null
    $parser = [System.Management.Automation.Language.Parser]
    $parser::ParseFile($Script, [ref] $tokens, [ref] $mistakes) | Out-Null
    if ($mistakes.Count -gt 0) { throw "install_service.ps1: $($mistakes -join '; ')" }
    $version = $PSVersionTable.PSVersion
    Write-Host "PowerShell $version parses install_service.ps1: $($tokens.Count) tokens."
}

function Wait-For {
    param([string] $What, [scriptblock] $Question)
    $deadline = (Get-Date).AddSeconds($Patience)
    while ((Get-Date) -lt $deadline) {
        if (& $Question) { Write-Host "$What."; return }
        Start-Sleep -Seconds 1
    }
    throw "Not so after $Patience s: $What."
}

function Get-ImageCount {
    $answer = (& $VenvPython -X utf8 -m service status --json) -join "`n"
    $counts = ($answer | ConvertFrom-Json).counts
    if ($counts) { return $counts.present }
    return 0
}

function Show-Log {
    foreach ($log in @('out\logs\console.log', 'out\logs\service.jsonl')) {
        $path = Join-Path $Top $log
        if (Test-Path -LiteralPath $path) {
            Write-Host "--- $log"
            Get-Content -LiteralPath $path -Tail 50 -Encoding UTF8 | Out-Host
        }
    }
}

Set-Location -LiteralPath $Top
Assert-Parsed
Invoke-Script @('-Action', 'Status', '-Name', $Name) 1
Invoke-Script @('-Action', 'Status', '-Config', 'no-such.toml') 1
Invoke-Script @('-Action', 'Uninstall', '-Name', $Name) 0
try {
    Invoke-Script @('-Action', 'Install', '-Name', $Name) 0
    Invoke-Script @('-Action', 'Install', '-Name', $Name) 0
    Invoke-Script @('-Action', 'Status', '-Name', $Name) 0
    & $VenvPython -X utf8 -m service demo | Out-Host
    $files = @(Get-ChildItem -LiteralPath 'Input' -File | Where-Object { $_.Name -notlike '.*' })
    if ($files.Count -eq 0) { throw 'The demo wrote no sample images.' }
    Wait-For "The service has rows for $($files.Count) images" { (Get-ImageCount) -eq $files.Count }
}
catch {
    Show-Log
    throw
}
finally {
    Invoke-Script @('-Action', 'Uninstall', '-Name', $Name) 0
}
Invoke-Script @('-Action', 'Status', '-Name', $Name) 1
Wait-For "$Name is gone" { -not (Get-Service -Name $Name -ErrorAction SilentlyContinue) }
Write-Host 'install_service.ps1 does what it says here.'
exit 0
