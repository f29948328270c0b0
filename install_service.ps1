#Requires -Version 5.1
<#
.SYNOPSIS
    Sets AIImageMetaPipe up on Windows and runs it as a service.

.DESCRIPTION
    Install    makes the private environment .venv, checks everything, registers the service and starts it. Run it
               again after an update: it sets every value anew.
    Uninstall  stops the service and removes it, with the rights it was given. Images, database and settings stay.
    Status     says whether it runs, and what it has done.
    Run        sets up the same way and runs in this window until Ctrl+C. Needs no administrator.

    It downloads no program. Python, ExifTool and NSSM have to be there; where one is not, the line that installs it is
    printed. pip installs the packages of constraints.txt into .venv. How to run it, and what has not been tried:
    docs\windows.md.

.EXAMPLE
    powershell -ExecutionPolicy Bypass -File .\install_service.ps1 -Action Install
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File .\install_service.ps1 -Action Run -Config D:\pictures\config.toml
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [ValidateSet('Install', 'Uninstall', 'Status', 'Run')]
    [string] $Action,

    # The service's name; another one for a second service with a configuration of its own.
    [ValidatePattern('^[A-Za-z0-9_.-]{1,80}$')]
    [string] $Name = 'AIImageMetaPipe',

    # The settings file. Default: config.toml beside this script.
    [string] $Config = '',

    # python.exe, exiftool.exe and nssm.exe, where they are not to be found on PATH.
    [string] $Python = '',
    [string] $ExifTool = '',
    [string] $Nssm = '',

    # An account of yours, for folders on shares. Default: the service's own account, "NT SERVICE\<name>", which can
    # reach nothing but what it is given here.
    [System.Management.Automation.PSCredential] $Credential
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
# Python writes UTF-8; without this a file's name arrives here in the letters of the console's code page.
try { [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false }
catch { Write-Verbose 'There is no console here whose code page could be set.' }

# What the service is, value by value as NSSM keeps it in the registry: name, type, content. The tests that run the
# service under Wine read this table, so what was tested is what is installed.
$ServiceTable = @'
Application             ExpandString    {python}
AppDirectory            ExpandString    {project}
AppParameters           ExpandString    -X utf8 -m service run --config "{config}"
AppEnvironmentExtra     MultiString     AIIMAGEPIPE_EXTRACT__EXIFTOOL={exiftool}
AppStdout               ExpandString    {logs}\console.log
AppStderr               ExpandString    {logs}\console.log
AppRotateFiles          DWord           1
AppRotateOnline         DWord           1
AppRotateBytes          DWord           10485760
AppStopMethodSkip       DWord           6
AppStopMethodConsole    DWord           20000
AppKillProcessTree      DWord           1
AppThrottle             DWord           1500
AppRestartDelay         DWord           5000
AppExit                 SubKey          Restart
'@
# AppStopMethodSkip: 6 leaves out window messages and thread messages, which Python would not understand. Ctrl+C comes
# first, and after 20 s the process is ended.

# What the service manager itself is told, word by word for sc.exe; {account} is filled in. This starts NSSM again
# where NSSM dies; where Python dies, NSSM starts it again.
$ManagerTable = @'
config {name} start= delayed-auto
failure {name} reset= 86400 actions= restart/5000/restart/30000/restart/60000
failureflag {name} 1
description {name} "Keeps a database of AI-generated images and their metadata."
'@

$Project = $PSScriptRoot
$VenvPython = Join-Path $Project '.venv\Scripts\python.exe'
$VenvNssm = Join-Path $Project '.venv\Scripts\nssm.exe'
$Account = "NT SERVICE\$Name"

# ---------------------------------------------------------------------------------------------------------------------
# Failing, and calling programs

function Stop-With {
    param([string] $What, [string] $Mend)
    throw "$What`n  -> $Mend"
}

# Calls a program and ends the script where it fails. Its words go to the console as they come. Standard error is never
# redirected: PowerShell 5.1 takes the first line of it for an error of its own.
function Invoke-Program {
    param([string] $Program, [string[]] $Words, [string] $Mend)
    & $Program $Words | Out-Host
    if ($LASTEXITCODE -ne 0) {
        Stop-With "$Program $($Words -join ' ') ended with exit code $LASTEXITCODE." $Mend
    }
}

function Test-Administrator {
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object Security.Principal.WindowsPrincipal $identity
    return $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)
}

function Assert-Administrator {
    if (-not (Test-Administrator)) {
        Stop-With "$Action changes services, which only an administrator may." `
            'Open PowerShell with "Run as administrator" and give the same command.'
    }
}

# ---------------------------------------------------------------------------------------------------------------------
# Finding Python, ExifTool and NSSM

# Returns the path of a program that was named by a parameter or lies on PATH, or $null.
function Find-Program {
    param([string] $Named, [string] $FileName, [string] $Parameter)
    if ($Named) {
        if (-not (Test-Path -LiteralPath $Named -PathType Leaf)) {
            Stop-With "-$Parameter $Named is not there." "Give the path of $FileName."
        }
        return (Resolve-Path -LiteralPath $Named).ProviderPath
    }
    $found = @(Get-Command -Name $FileName -CommandType Application -ErrorAction SilentlyContinue)
    if ($found.Count -gt 0) { return $found[0].Path }
    return $null
}

# Returns the path of a Python of 3.11 or newer. The launcher "py" is asked first; the "python" that Windows itself lays
# on PATH only opens the Store, and answers nothing here.
function Find-Python {
    # No blank and no double quote in it: 5.1 would pass them on spoilt.
    $question = 'print(__import__(''sys'').hexversion,__import__(''sys'').executable)'
    $programs = @('py.exe', 'python.exe', 'python3.exe')
    if ($Python) { $programs = @(Find-Program $Python 'python.exe' 'Python') }
    foreach ($program in $programs) {
        if (-not (Get-Command -Name $program -CommandType Application -ErrorAction SilentlyContinue)) { continue }
        $words = @('-X', 'utf8', '-c', $question)
        if ($program -eq 'py.exe') { $words = @('-3') + $words }
        $answer = @(& $program $words)
        if ($answer.Count -eq 0 -or $answer[-1] -notmatch '^(\d+) (.+)$') { continue }
        if ([long] $Matches[1] -lt 0x030B0000) { continue }
        $path = $Matches[2]
        if ($path -like '*\WindowsApps\*') { continue }
        return $path
    }
    Stop-With 'There is no Python of 3.11 or newer (the one of the Microsoft Store cannot run as a service).' `
        'Install it: winget install --id Python.Python.3.13 --scope machine; or name it with -Python.'
}

# Returns the path of exiftool.exe, or '' where the settings file names one itself.
function Find-ExifTool {
    $stated = Select-String -LiteralPath $Config -Pattern '^\s*exiftool\s*=\s*(".+"|''.+'')' -Quiet
    if ($stated -and -not $ExifTool) { return '' }
    $found = Find-Program $ExifTool 'exiftool.exe' 'ExifTool'
    if (-not $found) {
        Stop-With 'ExifTool is not on PATH.' `
            'Install it: winget install --id OliverBetz.ExifTool; or name it with -ExifTool.'
    }
    if ($found -like "$env:SystemRoot\*") {
        Stop-With "$found lies in Windows' own folder, where ExifTool hangs." `
            'Put exiftool.exe and its folder exiftool_files elsewhere, and name it with -ExifTool.'
    }
    if ((Split-Path -Leaf $found) -like '*(-k)*') {
        Stop-With "$found waits for a key before it ends." 'Rename it to exiftool.exe.'
    }
    return $found
}

function Find-Nssm {
    $found = Find-Program $Nssm 'nssm.exe' 'Nssm'
    if (-not $found -and (Test-Path -LiteralPath $VenvNssm)) { $found = $VenvNssm }
    if (-not $found) {
        Stop-With 'NSSM, which runs a program as a service, is not on PATH.' `
            'Install it: winget install --id NSSM.NSSM; or name it with -Nssm.'
    }
    return $found
}

# ---------------------------------------------------------------------------------------------------------------------
# Setting up

# Makes .venv and installs the pinned packages; does nothing where that was done and nothing has changed since.
function Initialize-Environment {
    $stamp = Join-Path $Project '.venv\.installed'
    $sources = @('pyproject.toml', 'constraints.txt') | ForEach-Object { Get-Item -LiteralPath (Join-Path $Project $_) }
    if (Test-Path -LiteralPath $stamp) {
        $done = Get-Item -LiteralPath $stamp
        $newer = @($sources | Where-Object { $_.LastWriteTimeUtc -gt $done.LastWriteTimeUtc })
        $here = (Get-Content -LiteralPath $stamp -Encoding UTF8 -TotalCount 1) -eq $Project
        if ($here -and $newer.Count -eq 0 -and (Test-Path -LiteralPath $VenvPython)) { return }
    }
    $base = Find-Python
    Write-Host "Setting up .venv with $base."
    Invoke-Program $base @('-m', 'venv', (Join-Path $Project '.venv')) `
        'Close every program that uses .venv (stop the service), then run this again.'
    Push-Location -LiteralPath $Project
    try {
        $words = '-m pip install --quiet --disable-pip-version-check -c constraints.txt -e .'.Split(' ')
        Invoke-Program $VenvPython $words 'See what pip says above; it needs the internet, or a proxy set in pip.ini.'
    }
    finally { Pop-Location }
    Set-Content -LiteralPath $stamp -Value $Project -Encoding UTF8
}

# Has the service's own doctor look at everything; returns the watched folders.
function Get-CheckedFolder {
    Push-Location -LiteralPath $Project
    try { $said = (& $VenvPython -X utf8 -m service doctor --config $Config --json) -join "`n" }
    finally { Pop-Location }
    if (-not $said) {
        Stop-With "The settings in $Config are not sound." 'Mend what is said above, then run this again.'
    }
    $findings = $said | ConvertFrom-Json
    foreach ($one in $findings) {
        Write-Host ('{0,-8}{1}: {2}' -f $one.level, $one.what, $one.found)
        if ($one.fix) { Write-Host "        -> $($one.fix)" }
    }
    if (@($findings | Where-Object { $_.level -eq 'error' }).Count -gt 0) {
        Stop-With 'Something the service needs is missing.' 'Mend what is marked with "error" above; run this again.'
    }
    $script:Outputs = @($findings | Where-Object { $_.what -match '^(log|backup|export) folder$' } | ForEach-Object { $_.found })
    $roots = @($findings | Where-Object { $_.what -like 'root *' })
    return @($roots | ForEach-Object { $_.found -replace ' is not there$', '' })
}

# A service has no drive letters of yours, and the cloud program of yours fetches nothing for it.
function Assert-Reachable {
    param([string[]] $Folders)
    foreach ($folder in $Folders) {
        $drive = 'Unknown'
        if ($folder -match '^[A-Za-z]:') { $drive = [string] ([IO.DriveInfo] $folder.Substring(0, 1)).DriveType }
        if ($drive -eq 'NoRootDirectory') {
            Write-Warning "$folder lies on a drive that is not there. If it is mapped, write \\server\share\... instead."
        }
        if ($drive -eq 'Network') {
            Stop-With "$folder lies on a mapped network drive, which a service does not see." `
                'Write the path as \\server\share\... in config.toml, and give -Credential.'
        }
        if ($folder -match '^\\\\' -and -not $Credential) {
            Write-Warning "$folder is on a share, which the service's own account cannot open: give -Credential."
        }
        if ($env:OneDrive -and $folder -like "$env:OneDrive*") {
            Write-Warning "$folder is kept by OneDrive: choose `"Always keep on this device`"; other files are skipped."
        }
    }
}

function Assert-PlainPath {
    if ($Project -match '[%"]' -or $Config -match '[%"]') {
        Stop-With "$Project or $Config holds a % or a quote, which NSSM would replace." 'Move it to another folder.'
    }
}

# ---------------------------------------------------------------------------------------------------------------------
# The service

function Get-OurService {
    $service = Get-CimInstance -ClassName Win32_Service -Filter "Name='$Name'"
    if ($service -and $service.PathName -notmatch 'nssm\.exe"?$') {
        Stop-With "A service named $Name is there already, and is not this one: $($service.PathName)" `
            'Choose another name with -Name.'
    }
    return $service
}

function Stop-OurService {
    if ((Get-Service -Name $Name).Status -ne 'Stopped') {
        Write-Host "Stopping $Name; it finishes the files in hand."
        Stop-Service -Name $Name -Force
        (Get-Service -Name $Name).WaitForStatus('Stopped', [TimeSpan]::FromSeconds(60))
    }
}

function Split-Row {
    param([string] $Row, [hashtable] $Values)
    $name, $type, $text = $Row.Trim() -split '\s+', 3
    foreach ($key in $Values.Keys) { $text = $text.Replace("{$key}", $Values[$key]) }
    return @{ Name = $name; Type = $type; Text = $text }
}

# Writes NSSM's values into the registry, since PowerShell 5.1 spoils the quotes within a program's arguments.
function Set-ServiceValue {
    param([hashtable] $Values)
    $key = "HKLM:\SYSTEM\CurrentControlSet\Services\$Name\Parameters"
    foreach ($line in ($ServiceTable -split "`r?`n" | Where-Object { $_.Trim() })) {
        $row = Split-Row $line $Values
        if ($row.Type -eq 'SubKey') {
            New-Item -Path "$key\$($row.Name)" -Force | Out-Null
            Set-Item -LiteralPath "$key\$($row.Name)" -Value $row.Text
        }
        elseif ($row.Name -eq 'AppEnvironmentExtra' -and -not $Values['exiftool']) {
            Remove-ItemProperty -LiteralPath $key -Name $row.Name -ErrorAction SilentlyContinue
        }
        else {
            $value = $row.Text
            if ($row.Type -eq 'DWord') { $value = [int] $row.Text }
            if ($row.Type -eq 'MultiString') { $value = [string[]] @($row.Text) }
            New-ItemProperty -LiteralPath $key -Name $row.Name -PropertyType $row.Type -Value $value -Force | Out-Null
        }
    }
}

function Set-ManagerValue {
    foreach ($line in ($ManagerTable -split "`r?`n" | Where-Object { $_.Trim() })) {
        $found = [regex]::Matches($line, '"[^"]*"|\S+')
        $words = @($found | ForEach-Object { $_.Value.Trim('"').Replace('{name}', $Name) })
        Invoke-Program 'sc.exe' $words "Run: sc.exe delete $Name; restart Windows; then install again."
    }
}

# Gives the service its account: its own, or the one of -Credential. A password never stands on a command line.
function Set-Account {
    if (-not $Credential) {
        Invoke-Program 'sc.exe' @('config', $Name, 'obj=', $Account) "Run: sc.exe delete $Name; then install again."
        return
    }
    $change = @{ StartName = $Credential.UserName; StartPassword = $Credential.GetNetworkCredential().Password }
    $answer = Get-CimInstance -ClassName Win32_Service -Filter "Name='$Name'" |
        Invoke-CimMethod -MethodName Change -Arguments $change
    if ($answer.ReturnValue -ne 0) {
        Stop-With "The service manager refused the account $($Credential.UserName) (code $($answer.ReturnValue))." `
            'See that name and password are right, written as COMPUTER\user or .\user.'
    }
    Write-Host "$($Credential.UserName) needs the right `"Log on as a service`" (secpol.msc, User Rights Assignment)."
}

# Where the service writes, if the settings do not say otherwise: their paths begin where the settings file lies.
function Get-OutFolder {
    return Join-Path (Split-Path -Parent $Config) 'out'
}

# Every folder the account needs, and the right: RX to read, M to write.
function Get-Grant {
    param([string[]] $Folders, [string] $ExifToolPath)
    $pythonHome = & $VenvPython -X utf8 -c 'print(__import__(''sys'').base_prefix)'
    $grants = @(@{ Path = $Project; Right = 'RX' }, @{ Path = $pythonHome; Right = 'RX' })
    $settings = Split-Path -Parent $Config
    if ($settings -ne $Project) { $grants += @{ Path = $settings; Right = 'RX' } }
    if ($ExifToolPath) { $grants += @{ Path = (Split-Path -Parent $ExifToolPath); Right = 'RX' } }
    $grants += @{ Path = (Get-OutFolder); Right = 'M' }
    $state = Get-State
    if ($state) { $grants += @{ Path = (Split-Path -Parent $state.database); Right = 'M' } }
    # The log's and those of [[export]], which may lie anywhere.
    foreach ($folder in $Outputs) { $grants += @{ Path = $folder; Right = 'M' } }
    foreach ($folder in $Folders) {
        # In each watched folder lies a file by which an emptied folder is told from one that is away.
        if (-not $folder.StartsWith('\\')) { $grants += @{ Path = $folder; Right = 'M' } }
    }
    return @($grants | Where-Object { Test-Path -LiteralPath $_.Path })
}

function Grant-Right {
    param([hashtable[]] $Grants)
    $user = $Account
    if ($Credential) { $user = $Credential.UserName -replace '^\.\\', "$env:COMPUTERNAME\" }
    foreach ($grant in $Grants) {
        $words = @($grant.Path, '/grant', "${user}:(OI)(CI)($($grant.Right))", '/q')
        Invoke-Program 'icacls.exe' $words "See that you may change the rights of $($grant.Path)."
    }
}

function Revoke-Right {
    param([hashtable[]] $Grants)
    foreach ($grant in $Grants) {
        & icacls.exe $grant.Path /remove:g $Account /q | Out-Null
        if ($LASTEXITCODE -ne 0) { Write-Warning "The rights of $Account on $($grant.Path) could not be taken back." }
    }
}

# A service that ends within seconds has something to say in its log.
function Start-OurService {
    Start-Service -Name $Name
    $deadline = (Get-Date).AddSeconds(60)
    while ((Get-Date) -lt $deadline) {
        Start-Sleep -Seconds 2
        $state = Get-State
        if ($state -and $state.running) { return }
    }
    Stop-With "$Name was started and says nothing of itself after 60 s." `
        "Read $(Join-Path (Get-OutFolder) 'logs\console.log') and service.jsonl beside it."
}

# Returns what the service says of itself, or $null where it cannot be asked.
function Get-State {
    Push-Location -LiteralPath $Project
    try { $said = (& $VenvPython -X utf8 -m service status --config $Config --json) -join "`n" }
    finally { Pop-Location }
    if (-not $said) { return $null }
    return $said | ConvertFrom-Json
}

# ---------------------------------------------------------------------------------------------------------------------
# The actions

function Install-OurService {
    Assert-Administrator
    Assert-PlainPath
    $service = Get-OurService
    $nssmSource = Find-Nssm
    $exifToolPath = Find-ExifTool
    if ($service) { Stop-OurService }
    Initialize-Environment
    # Where winget puts it, in a user's own folder, the service's account could not read it.
    if (-not (Test-Path -LiteralPath $VenvNssm)) { Copy-Item -LiteralPath $nssmSource -Destination $VenvNssm }
    if ($exifToolPath) { $env:AIIMAGEPIPE_EXTRACT__EXIFTOOL = $exifToolPath }
    $folders = @(Get-CheckedFolder)
    Assert-Reachable (@($Project) + $folders + $Outputs)
    $logs = Join-Path (Get-OutFolder) 'logs'
    # Made here, by an administrator: the account gets rights on folders that are there.
    foreach ($folder in @($logs) + $Outputs) { New-Item -ItemType Directory -Path $folder -Force | Out-Null }
    if (-not $service) {
        Invoke-Program $VenvNssm @('install', $Name, $VenvPython) "See that no service named $Name is being deleted."
    }
    Set-ServiceValue @{
        python = $VenvPython; project = $Project; config = $Config; logs = $logs; exiftool = $exifToolPath
    }
    Set-ManagerValue
    Set-Account
    Grant-Right (Get-Grant $folders $exifToolPath)
    Start-OurService
    Write-Host "$Name runs, and starts with Windows. Drop images into: $($folders -join ', ')"
}

function Uninstall-OurService {
    Assert-Administrator
    if (-not (Get-OurService)) {
        Write-Host "There is no service named $Name."
        return
    }
    Stop-OurService
    if (Test-Path -LiteralPath $VenvPython) {
        $exifToolPath = [string] (Find-Program $ExifTool 'exiftool.exe' 'ExifTool')
        $folders = @()
        try { $folders = @(Get-CheckedFolder) }
        catch { Write-Warning "The watched folders keep the rights of ${Account}: $($_.Exception.Message)" }
        Revoke-Right (Get-Grant $folders $exifToolPath)
    }
    Invoke-Program 'sc.exe' @('delete', $Name) 'Close services.msc and the Task Manager, then run this again.'
    Write-Host "$Name is removed. Images, the database in out and the settings are where they were."
}

function Show-Status {
    $service = Get-Service -Name $Name -ErrorAction SilentlyContinue
    if (-not $service) { Write-Host "service        not installed" }
    else { Write-Host "service        $($service.Status)" }
    if (-not (Test-Path -LiteralPath $VenvPython)) {
        Stop-With '.venv is not there.' 'Run this with -Action Install (a service) or -Action Run (in this window).'
    }
    $state = Get-State
    if (-not $state) { Stop-With 'The program cannot tell its state.' 'Mend what is said above.' }
    if ($state.service) {
        Write-Host "process        $($state.service.pid)"
        Write-Host "heartbeat      $($state.service.heartbeat_at)"
        Write-Host "queue          $($state.service.queued) waiting"
        Write-Host "since start    $($state.service.done) done, $($state.service.failed) failed"
        if ($state.service.message) { Write-Host "says           $($state.service.message)" }
    }
    if ($state.counts) {
        Write-Host "images         $($state.counts.present) present, $($state.counts.missing) missing"
    }
    if (-not $state.running) { $script:ExitCode = 1 }
}

function Start-InWindow {
    $exifToolPath = Find-ExifTool
    Initialize-Environment
    if ($exifToolPath) { $env:AIIMAGEPIPE_EXTRACT__EXIFTOOL = $exifToolPath }
    Get-CheckedFolder | Out-Null
    Write-Host 'Running; Ctrl+C stops it.'
    Push-Location -LiteralPath $Project
    try { & $VenvPython -X utf8 -m service run --config $Config }
    finally { Pop-Location }
    $script:ExitCode = $LASTEXITCODE
}

$ExitCode = 0
$Outputs = @()
try {
    if (-not $Config) { $Config = Join-Path $Project 'config.toml' }
    if (-not (Test-Path -LiteralPath $Config -PathType Leaf)) {
        Stop-With "$Config is not there." 'Give the path of the settings file with -Config.'
    }
    $Config = (Resolve-Path -LiteralPath $Config).ProviderPath
    switch ($Action) {
        'Install' { Install-OurService }
        'Uninstall' { Uninstall-OurService }
        'Status' { Show-Status }
        'Run' { Start-InWindow }
    }
}
catch {
    $said = $_.Exception.Message
    if ($said -notmatch '-> ') { $said += "`n  -> Give the same command again; docs\windows.md says where to look." }
    [Console]::Error.WriteLine("install_service.ps1: $said")
    $ExitCode = 1
}
exit $ExitCode
