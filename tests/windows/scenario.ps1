<#
.SYNOPSIS
    Tries every promise of install_service.ps1, and tells which are held and which fall short.

.DESCRIPTION
    On a Windows for tests, as administrator, with Python, ExifTool and NSSM on PATH: nothing is replaced. Under Wine
    the variable SCENARIO_STAND_INS names the file that replaces what Wine lacks. Promises that need the other of the
    two are told as left out. Exit code 1: something fell short. run_wine.sh and .github/workflows/test.yml run it.

    SCENARIO_PART, a number, runs one of its three parts, each of which goes on where the one before has ended: under
    Wine a process of PowerShell lives only until its memory has to be collected.

    It works in a folder of its own, whose name has a blank, brackets, an apostrophe, an umlaut and Japanese letters.

.EXAMPLE
    powershell -ExecutionPolicy Bypass -File tests\windows\scenario.ps1
#>

#Requires -Version 5.1

[CmdletBinding()]
param(
    # How long the service may take for anything, in seconds.
    [int] $Patience = 120
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

# What is shown holds letters that no code page of a console has.
try { [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false }
catch { Write-Verbose 'There is no console here.' }

$Top = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
# 5.1 reads a script by the code page, so it is ASCII and these letters are numbers.
$Odd = "Bilder [1] d'" + [char] 0xFC + ' ' + [char] 0x65E5 + [char] 0x672C
$Place = Join-Path $env:SystemDrive 'Scenario'
$Project = Join-Path $Place $Odd
$Run = 'Scenario'
$Mode = 'Windows'
$Results = @{ held = 0; short = 0; 'left out' = 0 }
$Said = ''

# ---------------------------------------------------------------------------------------------------------------------
# Asking, and telling

# Calls the script in a process of its own, and returns its exit code. What it says is kept in $Said.
function Invoke-Script {
    param([hashtable] $Words)
    $line = "-NoProfile -ExecutionPolicy Bypass -File `"$InstallScript`""
    foreach ($word in $Words.Keys) {
        $line += " -$word"
        if ($Words[$word] -is [string]) { $line += " `"$($Words[$word])`"" }
    }
    $said = @('out', 'error' | ForEach-Object { Join-Path $Place "said-$_.txt" })
    $shell = (Get-Process -Id $PID).Path
    $process = Start-Process -FilePath $shell -ArgumentList $line -Wait -PassThru -NoNewWindow `
        -RedirectStandardOutput $said[0] -RedirectStandardError $said[1]
    $script:Said = ($said | ForEach-Object { [IO.File]::ReadAllText($_) }) -join "`n"
    return $process.ExitCode
}

function Assert-True {
    param($Condition, [string] $Promise)
    if (-not $Condition) { throw "not so: $Promise" }
}

function Assert-Equal {
    param($Found, $Wanted, [string] $What)
    if ("$Found" -ne "$Wanted") { throw "$What is '$Found', not '$Wanted'" }
}

# Sees that the script said all of these words.
function Assert-Said {
    param([string[]] $Words)
    # A console breaks lines where it likes.
    $plain = $Said -replace '\s'
    foreach ($word in $Words) { if (-not $plain.Contains(($word -replace '\s'))) { throw "it did not say '$word'" } }
}

function Assert-Script {
    param([hashtable] $Words, [int] $Code, [string[]] $Saying = @())
    Assert-Equal (Invoke-Script $Words) $Code 'the exit code'
    Assert-Said $Saying
}

function Wait-Until {
    param([string] $What, [scriptblock] $Question)
    $deadline = (Get-Date).AddSeconds($Patience)
    while ((Get-Date) -lt $deadline) {
        if (& $Question) { return }
        Start-Sleep -Milliseconds 500
    }
    throw "not so after $Patience s: $What"
}

# Tries one promise. Point: its number in the list of docs\windows.md. Needs: the only mode in which it can be tried.
function Test-Promise {
    param([int] $Point, [string] $Promise, [scriptblock] $Try, [string] $Needs = $Mode)
    $word, $why = 'held', ''
    $script:Said = ''
    $began = Get-Date
    if ($Needs -ne $Mode) { $word = 'left out' }
    else {
        try { & $Try | Out-Null }
        catch {
            $indent = "`n            "
            $word, $why = 'short', "$indent$_$($indent)it said: $($Said.Trim() -replace '\s*\n', $indent)"
        }
    }
    $script:Results[$word] += 1
    $seconds = ((Get-Date) - $began).TotalSeconds
    Write-Host ('{0,-9}{1,2}  {2} ({3:0} s){4}' -f $word, $Point, $Promise, $seconds, $why)
}

# ---------------------------------------------------------------------------------------------------------------------
# What is there

# Copies the project as a user has it, without what was made in it.
function Copy-Project {
    $left = @('.git', '.venv', 'out', 'Input', 'fixtures', '__pycache__', '.mypy_cache', '.ruff_cache', '.pytest_cache')
    $folders = New-Object System.Collections.Stack
    $folders.Push(@($Top, $Project))
    while ($folders.Count) {
        $from, $to = $folders.Pop()
        [void] [IO.Directory]::CreateDirectory($to)
        foreach ($file in [IO.Directory]::GetFiles($from)) {
            [IO.File]::Copy($file, "$to\$([IO.Path]::GetFileName($file))")
        }
        foreach ($folder in [IO.Directory]::GetDirectories($from)) {
            $leaf = [IO.Path]::GetFileName($folder)
            if ($leaf -notin $left) { $folders.Push(@($folder, "$to\$leaf")) }
        }
    }
}

function Add-Text {
    param([string] $Path, [string] $Text)
    [IO.File]::AppendAllText($Path, $Text, (New-Object System.Text.UTF8Encoding $false))
}

function Remove-Trial {
    foreach ($service in @(Get-Service -Name "$Run*")) {
        Stop-Service -Name $service.Name -Force -ErrorAction SilentlyContinue
        & "$env:SystemRoot\system32\sc.exe" delete $service.Name | Out-Null
    }
}

function Initialize-Place {
    Remove-Trial
    if (Test-Path -LiteralPath $Place) { [IO.Directory]::Delete($Place, $true) }
    Copy-Project
    Add-Text "$Project\config.toml" "`n[[export]]`nkind = 'tokens'`nout = 'out/wildcards/tokens.txt'`nevery = 'change'`n"
}

# Returns what Windows has under a service's name: path, account, start, values; nothing where there is none.
function Get-Registered {
    param([string] $Name)
    $service = Get-Service -Name $Name -ErrorAction SilentlyContinue
    if (-not $service) { return }
    $key = Get-Item -LiteralPath "HKLM:\SYSTEM\CurrentControlSet\Services\$Name"
    $values = @()
    if (Test-Path -LiteralPath "$($key.PSPath)\Parameters") {
        $parameters = Get-Item -LiteralPath "$($key.PSPath)\Parameters"
        $values = $parameters.GetValueNames() | Sort-Object | ForEach-Object { "$_=$($parameters.GetValue($_))" }
    }
    return @{
        Path = $key.GetValue('ImagePath'); Account = $key.GetValue('ObjectName'); Start = $key.GetValue('Start')
        Status = [string] $service.Status; Values = $values -join "`n"
    }
}

# Returns what the program says of itself.
function Get-State {
    param([string] $Config = "$Project\config.toml")
    Push-Location -LiteralPath $Project
    try { $answer = (& "$Project\.venv\Scripts\python.exe" -X utf8 -m service status --json --config $Config) -join "`n" }
    finally { Pop-Location }
    # PowerShell refuses a name that is empty; images of no known generator are counted under one.
    return $answer.Replace('"":', '"unknown":') | ConvertFrom-Json
}

# Sees that nothing is registered and no right is left.
function Assert-NothingLeft {
    param([string] $Name)
    Wait-Until "$Name is gone" { -not (Get-Service -Name $Name -ErrorAction SilentlyContinue) }
    if ($Mode -ne 'StandIns') { return }
    $given = @(Get-Call '^icacls.exe .*/grant' | ForEach-Object { ($_ -replace '^icacls.exe (.*?) /grant.*', '$1') })
    # A folder that was moved has taken its rights along, and has lost them under its new name.
    foreach ($folder in @($given | Where-Object { Test-Path -LiteralPath $_ })) {
        $taken = @(Get-Call "^icacls.exe $([regex]::Escape($folder)) /remove")
        if (-not $taken) { throw "the right on $folder stayed" }
    }
    $type = 'AIImageMetaPipe.LogonRight' -as [type]
    if ($type) { Assert-Equal ($type::Holders() -join ', ') '' 'who may log on as a service' }
}

# ---------------------------------------------------------------------------------------------------------------------
# The promises

function Test-Telling {
    Test-Promise 9 'PowerShell reads it without an error, and every failure says what is wrong and what to do' {
        $mistakes = $null
        $abstract = [Management.Automation.Language.Parser]::ParseFile($InstallScript, [ref] $null, [ref] $mistakes)
        Assert-Equal ($mistakes -join '; ') '' 'what the parser says'
        $calls = @($abstract.FindAll({ $args[0] -is [Management.Automation.Language.CommandAst] }, $true) |
                Where-Object { $_.GetCommandName() -eq 'Stop-With' })
        Assert-True ($calls.Count -gt 10) 'there are failures'
        foreach ($call in $calls) { Assert-Equal $call.CommandElements.Count 3 "the words of: $call" }
        $functions = $abstract.FindAll({ $args[0] -is [Management.Automation.Language.FunctionDefinitionAst] }, $true)
        foreach ($one in $functions) {
            $length = $one.Extent.EndLineNumber - $one.Extent.StartLineNumber
            Assert-True ($length -lt 40) "$($one.Name) is no longer than a page"
        }
    }
    Test-Promise 9 'a call without an action says what there is' {
        Assert-Script @{} 2 @('-Action Install', '-Action Once', '-Action Test', '-InstallPrograms', '-WhatIf')
    }
    Test-Promise 9 'Get-Help has an example for every action and a line for every parameter' {
        $help = Get-Help $InstallScript -Full | Out-String -Width 200
        foreach ($action in @('Install', 'Uninstall', 'Status', 'Run', 'Once', 'Test')) {
            Assert-True ($help -match "install_service.ps1 -Action $action\b") "an example for $action"
        }
        $abstract = [Management.Automation.Language.Parser]::ParseFile($InstallScript, [ref] $null, [ref] $null)
        $described = $abstract.GetHelpContent().Parameters
        foreach ($parameter in $abstract.ParamBlock.Parameters) {
            $name = $parameter.Name.VariablePath.UserPath
            Assert-True $described[$name.ToUpper()] "a line for -$name"
        }
    }
    Test-Promise 9 '-WhatIf tells every step and does none' {
        Assert-Script @{ Action = 'Install'; Name = "$Run-none"; WhatIf = $true; InstallPrograms = $true } 0 @(
            'make .venv', 'aiimagepipe', 'register it stopped', "NT SERVICE\$Run-none", 'log on as a service', 'start it'
        )
        if ($Mode -eq 'StandIns') {
            Assert-Said @('Python.Python.3.13', 'OliverBetz.ExifTool', 'NSSM.NSSM')
            Assert-Equal $Calls.Count 0 'the number of calls'
        }
        Assert-True (-not (Get-Registered "$Run-none")) 'nothing is registered'
        Assert-True (-not (Test-Path -LiteralPath "$Project\.venv")) 'there is no .venv'
    }
}

function Test-Program {
    $words = @{ Action = 'Install'; Name = "$Run-bare" }
    $more = $words + @{ InstallPrograms = $true }
    Test-Promise 1 'missing programs are named at once, with the one command that brings them' {
        Assert-Script $words 1 @('Python 3.11', 'ExifTool', 'NSSM', '-Action Install -InstallPrograms')
        Assert-Equal $Calls.Count 0 'the number of calls'
    } -Needs StandIns
    Test-Promise 1 'without winget the pages of the programs are named, and nothing is registered' {
        $global:Winget = 'absent'
        Assert-Script $more 1 @('no winget', 'https://', 'Nothing was registered')
    } -Needs StandIns
    Test-Promise 1 'what winget says is told where it fails, and nothing is registered' {
        $global:Winget = 'fails'
        Assert-Script $more 1 @('source is out of reach', 'https://', 'Nothing was registered')
        Assert-NothingLeft "$Run-bare"
    } -Needs StandIns
    $global:Winget = 'installs'
    Test-Promise 3 'where pip fails, a first installation registers nothing' {
        $env:STAND_IN_PIP_FAILS = 'install'
        try { Assert-Script $more 1 @('pip', 'Nothing was registered') }
        finally { $env:STAND_IN_PIP_FAILS = '' }
        Assert-NothingLeft "$Run-bare"
    } -Needs StandIns
    Test-Promise 1 'what winget has installed is found in the same window' {
        Assert-Script ($more + @{ WhatIf = $true }) 0
        Assert-True ($Said -notmatch 'winget') 'nothing is missing any more'
        Assert-Equal @(Get-Call '^winget.exe install').Count 4 'the number of installations, one that failed among them'
    } -Needs StandIns
}

function Test-FirstInstall {
    Test-Promise 3 'where doctor finds an error, a first installation registers nothing' {
        Add-Text "$Place\bad.toml" "[extract]`nexiftool = 'C:\no such\exiftool.exe'`n"
        Assert-Script @{ Action = 'Install'; Name = "$Run-bad"; Config = "$Place\bad.toml" } 1 @('Nothing was registered')
        Assert-NothingLeft "$Run-bad"
    }
    $steps = @('New-Service', 'sc.exe failure ', 'icacls.exe .*/grant', 'Start-Service', 'sc.exe config .*start=')
    foreach ($step in $steps) {
        Test-Promise 3 "where '$step' fails, a first installation leaves nothing and says so" {
            $global:Calls.Clear()
            $global:Failing = $step
            $name = "$Run-$($steps.IndexOf($step))"
            try { Assert-Script @{ Action = 'Install'; Name = $name } 1 }
            finally { $global:Failing = '' }
            Assert-True (Get-Call $step) 'the step was reached'
            Assert-True ($Said -match 'Nothing was registered|taken away again') 'it says that nothing is left'
            Assert-NothingLeft $name
        } -Needs StandIns
    }
    Test-Promise 3 'it runs at the end, under its own account, started by Windows' {
        if ($Mode -eq 'StandIns') { $global:Calls.Clear() }
        Assert-Script @{ Action = 'Install'; Name = $Run } 0 @('runs, and starts with Windows')
        $found = Get-Registered $Run
        Assert-Equal $found.Status 'Running' 'the status'
        Assert-Equal $found.Account "NT SERVICE\$Run" 'the account'
        Assert-Equal $found.Start 2 'the start'
    }
    Test-Promise 5 'the path of the service is quoted' {
        Assert-Equal (Get-Registered $Run).Path "`"$Project\.venv\Scripts\nssm.exe`"" 'the path'
    }
}

function Test-Right {
    Test-Promise 7 'its account may read the watched folder and nothing more, and each folder is walked once' {
        $grants = @(Get-Call '^icacls.exe .*/grant')
        $watched = @($grants | Where-Object { $_.StartsWith("icacls.exe $Project\Input ") })
        Assert-Equal $watched.Count 1 'the number of grants on Input'
        Assert-True ($watched[0] -match '\(RX\).*/deny' -and $watched[0] -notmatch '\(M\)') 'it only reads'
        $folders = @($grants | ForEach-Object { $_ -replace ' /grant.*', '' })
        Assert-Equal $folders.Count @($folders | Sort-Object -Unique).Count 'the number of folders'
        Assert-Equal @($grants | Where-Object { $_ -match '\(M\)' }).Count 1 'the number of folders that it may write'
    } -Needs StandIns
    Test-Promise 7 'Windows refuses the service to write into the watched folder' {
        # The service itself, as whom it runs, is given another program for a moment.
        $probe = @(
            'import pathlib, time', 'here = pathlib.Path(__file__).parent', 'said = "written"'
            'try: (here / "Input" / "written.txt").write_text("x")', 'except PermissionError: said = "refused"'
            '(here / "out" / "probe.txt").write_text(said)', 'time.sleep(600)'
        )
        Add-Text "$Project\probe.py" ($probe -join "`n")
        $values = "HKLM:\SYSTEM\CurrentControlSet\Services\$Run\Parameters"
        $kept = (Get-Item -LiteralPath $values).GetValue('AppParameters', '', 'DoNotExpandEnvironmentNames')
        foreach ($parameters in @("`"$Project\probe.py`"", $kept)) {
            Stop-Service -Name $Run -Force
            New-ItemProperty -LiteralPath $values -Name 'AppParameters' -PropertyType ExpandString -Value $parameters `
                -Force | Out-Null
            Start-Service -Name $Run
            Wait-Until 'the probe has written what it found' { Test-Path -LiteralPath "$Project\out\probe.txt" }
        }
        Assert-Equal ([IO.File]::ReadAllText("$Project\out\probe.txt")) 'refused' 'what the probe found'
        Wait-Until 'the service runs again' { (Get-State).running }
    } -Needs Windows
    Test-Promise 7 'the installer has laid the marker' {
        Assert-True (Test-Path -LiteralPath "$Project\Input\.aiimagepipe") 'the marker is there'
    }
}

function Test-Working {
    Test-Promise 2 'an image that is dropped has its row' {
        Push-Location -LiteralPath $Project
        try { & "$Project\.venv\Scripts\python.exe" -X utf8 -m service demo | Out-Null }
        finally { Pop-Location }
        Wait-Until 'every image has its row' { (Get-State).counts.present -ge 20 }
    }
    Test-Promise 10 'Status tells local times, how long ago, the folders, the last export and the log' {
        Wait-Until 'the list is written' { Test-Path -LiteralPath "$Project\out\wildcards\tokens.txt" }
        Assert-Script @{ Action = 'Status'; Name = $Run } 0 @(
            "$Project\out\logs\service.jsonl", 'tokens.txt', 'folder Input', ': online'
        )
        $time = '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d, \d+ (s|min) ago'
        Assert-True ($Said -match "heartbeat +$time") 'the heartbeat is told so'
        Assert-True ($Said -match "last export +$time") 'the last export is told so'
        $told = [DateTime]::Parse(([regex] '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d').Match($Said).Value)
        Assert-True ([Math]::Abs(((Get-Date) - $told).TotalMinutes) -lt 30) 'the time is local'
    }
    Test-Promise 10 'Status -Json hands on what the program says' {
        Assert-Script @{ Action = 'Status'; Name = $Run; Json = $true } 0
        $told = $Said.Replace('"":', '"unknown":') | ConvertFrom-Json
        Assert-Equal $told.service.pid (Get-State).service.pid 'the process'
        Assert-Equal $told.log "$Project\out\logs\service.jsonl" 'the log'
    }
    Test-Promise 3 'killed, it is back' {
        $old = (Get-State).service.pid
        Stop-Process -Id $old -Force
        Wait-Until 'another process runs' { $state = Get-State; $state.running -and $state.service.pid -ne $old }
    }
}

function Test-Update {
    Test-Promise 4 'the same command again leaves it as it is, and running' {
        $before = Get-Registered $Run
        Assert-Script @{ Action = 'Install'; Name = $Run } 0
        $after = Get-Registered $Run
        foreach ($part in $before.Keys) { Assert-Equal $after[$part] $before[$part] $part }
    }
    Test-Promise 4 'where doctor finds an error, the old one is not stopped, and its version is told' {
        $old = (Get-State).service.pid
        $sound = [IO.File]::ReadAllText("$Project\config.toml")
        $bad = $sound.Replace("exiftool = `"`"", "exiftool = 'C:\no such\exiftool.exe'")
        [IO.File]::WriteAllText("$Project\config.toml", $bad)
        try { Assert-Script @{ Action = 'Install'; Name = $Run } 1 @('not stopped: version 0.', 'runs on') }
        finally { [IO.File]::WriteAllText("$Project\config.toml", $sound) }
        Assert-Equal (Get-State).service.pid $old 'the process'
    }
    Test-Promise 4 'where the packages cannot be had, the old one is not stopped' {
        $old = (Get-State).service.pid
        [IO.File]::SetLastWriteTimeUtc("$Project\pyproject.toml", [DateTime]::UtcNow)
        $env:STAND_IN_PIP_FAILS = 'dry-run'
        try { Assert-Script @{ Action = 'Install'; Name = $Run } 1 @('pip', 'not stopped: version 0.') }
        finally { $env:STAND_IN_PIP_FAILS = '' }
        Assert-Equal (Get-State).service.pid $old 'the process'
    } -Needs StandIns
    Test-Promise 4 'where pip fails after that, the old one runs again' {
        $env:STAND_IN_PIP_FAILS = 'quiet .*txt -e'
        try { Assert-Script @{ Action = 'Install'; Name = $Run } 1 @('pip', 'runs again', 'version 0.') }
        finally { $env:STAND_IN_PIP_FAILS = '' }
        Assert-Equal (Get-Registered $Run).Status 'Running' 'the status'
    } -Needs StandIns
    foreach ($step in @('sc.exe failure ', 'icacls.exe .*/grant', 'Start-Service', 'sc.exe config .*start=')) {
        Test-Promise 4 "where '$step' fails, the old one runs again with its old values" {
            $before = Get-Registered $Run
            $global:Calls.Clear()
            $global:Failing = $step
            try { Assert-Script @{ Action = 'Install'; Name = $Run } 1 @('runs again', 'version 0.') }
            finally { $global:Failing = '' }
            Assert-True (Get-Call $step) 'the step was reached'
            $after = Get-Registered $Run
            foreach ($part in $before.Keys) { Assert-Equal $after[$part] $before[$part] $part }
        } -Needs StandIns
    }
}

# Returns a credential, made without a word that Wine's PowerShell lacks.
function New-Credential {
    param([string] $User, [string] $Password)
    $secret = New-Object System.Security.SecureString
    foreach ($letter in $Password.ToCharArray()) { $secret.AppendChar($letter) }
    return New-Object System.Management.Automation.PSCredential $User, $secret
}

function Test-Account {
    $words = @{ Action = 'Install'; Name = $Run }
    Test-Promise 8 'for a user name the password is asked for' {
        [void] (Invoke-Script ($words + @{ Credential = 'PC\me' }))
        Assert-Said @('asks for the password of PC\me')
    } -Needs StandIns
    foreach ($one in @(
            @{ User = 'PC\nobody'; Password = 'right'; Saying = 'no account PC\nobody' }
            @{ User = 'PC\me'; Password = 'wrong'; Saying = 'password of PC\me is wrong' }
            @{ User = 'PC\denied'; Password = 'right'; Saying = 'policy denies it' })) {
        Test-Promise 8 "the message for $($one.User) with a password that is $($one.Password), and the old one runs on" {
            $credential = New-Credential $one.User $one.Password
            Assert-Script ($words + @{ Credential = $credential }) 1 @($one.Saying, 'not stopped')
        } -Needs StandIns
    }
    Test-Promise 8 'an account of yours is given the right to log on, and the old one loses its rights' {
        $global:Calls.Clear()
        Assert-Script ($words + @{ Credential = (New-Credential '.\me' 'right') }) 0
        Assert-Equal (Get-Registered $Run).Account "$env:COMPUTERNAME\me" 'the account'
        $holders = [AIImageMetaPipe.LogonRight]::Holders() -join ', '
        Assert-Equal $holders "$env:COMPUTERNAME\me" 'who may log on as a service'
        Assert-True (Get-Call "icacls.exe .*/remove NT SERVICE") 'the old account loses its rights'
        Assert-True (-not (Get-Call '/deny')) 'a user goes on writing into the folders'
        Assert-True (-not (Get-Call 'right$')) 'no password is on a command line'
    } -Needs StandIns
    Test-Promise 8 'an update without -Credential keeps the account' {
        Assert-Script $words 0
        Assert-Equal (Get-Registered $Run).Account "$env:COMPUTERNAME\me" 'the account'
    } -Needs StandIns
}

function Test-SecondService {
    Test-Promise 3 'a second service with settings of its own runs beside it, and goes without it' {
        [void] [IO.Directory]::CreateDirectory("$Place\second $Odd\Input")
        Add-Text "$Place\second $Odd\config.toml" "[[root]]`nname = 'Input'`npath = 'Input'`n"
        $words = @{ Name = "$Run-second"; Config = "$Place\second $Odd\config.toml" }
        Assert-Script ($words + @{ Action = 'Install' }) 0
        Assert-Equal (Get-State "$Place\second $Odd\config.toml").running 'True' 'whether the second runs'
        Assert-Script ($words + @{ Action = 'Uninstall' }) 0
        Assert-Equal (Get-State).running 'True' 'whether the first runs'
    }
}

function Test-Window {
    $config = "$Place\once.toml"
    Test-Promise 2 'Once reads everything, writes the lists, and ends with the exit code of the program' {
        Add-Text $config ("[[root]]`nname = 'Input'`npath = `"$($Project.Replace('\', '/'))/Input`"`n" +
            "[[export]]`nkind = 'tokens'`nout = 'out/once/tokens.txt'`nevery = 'change'`n")
        # One of the sample images is broken on purpose.
        $code = Invoke-Script @{ Action = 'Once'; Config = $config }
        Assert-Equal (Get-State $config).counts.present (Get-State).counts.present 'the number of images'
        Assert-True (Test-Path -LiteralPath "$Place\out\once\tokens.txt") 'the list is written'
        Assert-Equal $code ([int] ((Get-State $config).counts.failures -gt 0)) 'the exit code'
    }
    Test-Promise 2 'Test installs the test tools, runs the tests, and ends with their exit code' {
        $env:PYTEST_ADDOPTS = '-q -p no:cacheprovider tests/test_paths.py'
        try { Assert-Script @{ Action = 'Test' } 0 @(' passed', 'skipped', 'SKIPPED') }
        finally { $env:PYTEST_ADDOPTS = '' }
    }
}

function Test-Move {
    Test-Promise 6 'a moved project is installed again by the same command' {
        Stop-Service -Name $Run -Force
        Wait-Until 'it has stopped' { (Get-Service -Name $Run).Status -eq 'Stopped' }
        [IO.Directory]::Move($Project, "$Place\moved")
        $script:Project = "$Place\moved"
        $script:InstallScript = "$Project\install_service.ps1"
        Assert-Script @{ Action = 'Install'; Name = $Run } 0
        Assert-Equal (Get-Registered $Run).Path "`"$Project\.venv\Scripts\nssm.exe`"" 'the path'
        Assert-True ((Get-Registered $Run).Values -like "*AppDirectory=$Project*") 'the values name the new place'
        Assert-Equal (Get-State).running 'True' 'whether it runs'
    }
}

function Test-Uninstall {
    Test-Promise 7 'Uninstall leaves nothing: no service, no right of whoever it ran as' {
        Assert-Script @{ Action = 'Uninstall'; Name = $Run } 0 @('is removed')
        Assert-NothingLeft $Run
        Assert-True (Test-Path -LiteralPath "$Project\out\images.db") 'the database is still there'
        if ($Mode -eq 'Windows') {
            # An account that is gone is shown by its number.
            foreach ($folder in @($Project, "$Project\Input", "$Project\out")) {
                $holders = (Get-Acl -LiteralPath $folder).Access | ForEach-Object { [string] $_.IdentityReference }
                Assert-True (-not ($holders -match "S-1-5-80-|$Run")) "no right is left on $folder"
            }
        }
    }
    Test-Promise 9 'Uninstall of what is not there says so' {
        Assert-Script @{ Action = 'Uninstall'; Name = "$Run-never" } 0 @('There is no service named')
    }
}

# ---------------------------------------------------------------------------------------------------------------------

if ($env:SCENARIO_STAND_INS) {
    $Mode = 'StandIns'
    . $env:SCENARIO_STAND_INS
}
$InstallScript = Join-Path $Project 'install_service.ps1'
$Parts = @(
    @('Initialize-Place', 'Test-Telling', 'Test-Program', 'Test-FirstInstall', 'Test-Right'),
    @('Test-Working', 'Test-Update'),
    @('Test-SecondService', 'Test-Window', 'Test-Account', 'Test-Move', 'Test-Uninstall', 'Remove-Trial')
)
if ($env:SCENARIO_PART) { $Parts = @(, $Parts[[int] $env:SCENARIO_PART - 1]) }
Write-Host "PowerShell $($PSVersionTable.PSVersion), $Mode, in $Project"
foreach ($step in @($Parts | ForEach-Object { $_ })) { & $step }
Write-Host "$($Results['held']) held, $($Results['short']) short, $($Results['left out']) left out"
exit [int] ($Results['short'] -gt 0)
