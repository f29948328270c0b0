<#
.SYNOPSIS
    Sets AIImageMetaPipe up on Windows: as a service, in this window, for one pass, or to be tested.

.DESCRIPTION
    Install    makes the private environment .venv, checks everything, registers the service and starts it. Run it
               again after an update or a move: it sets every value anew. What fails leaves the old state.
    Uninstall  stops the service and removes it, with the rights it was given. Images, database and settings stay.
    Status     says whether it runs, and what it has done. Exit code 1: it does not run.
    Run        sets up the same way and runs in this window until Ctrl+C. Needs no administrator.
    Once       sets up, reads everything in the watched folders once, writes the lists of [[export]], and ends.
    Test       sets up with the test tools and runs the tests.

    It downloads no program itself. Python, ExifTool and NSSM have to be there; with -InstallPrograms winget installs
    what is missing. pip installs the packages of constraints.txt into .venv. More: docs\windows.md.

.PARAMETER Action
    Install, Uninstall, Status, Run, Once or Test. Without it, the script says what there is.

.PARAMETER InstallPrograms
    Lets winget install whatever of Python, ExifTool and NSSM is missing, and accepts their licences.

.PARAMETER Name
    The service's name; another one for a second service with settings and a database of its own.

.PARAMETER Config
    The settings file; config.toml beside this script if not given.

.PARAMETER Python
    The path of python.exe, where it is not on PATH.

.PARAMETER ExifTool
    The path of exiftool.exe, where it is not on PATH.

.PARAMETER Nssm
    The path of nssm.exe, where it is not on PATH.

.PARAMETER Credential
    An account of yours as COMPUTER\user, for images on a share; its password is asked for. An update without it keeps
    the account that is there. At first that is the service's own, "NT SERVICE\<name>".

.PARAMETER Json
    With Status: what the program says of itself, as JSON.

.EXAMPLE
    powershell -ExecutionPolicy Bypass -File .\install_service.ps1 -Action Install -InstallPrograms
    Everything on a bare Windows. As administrator.
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File .\install_service.ps1 -Action Install -WhatIf
    Tells every step and does none.
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File .\install_service.ps1 -Action Install -Credential MYPC\me
    The service runs as MYPC\me. The password is asked for.
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File .\install_service.ps1 -Action Status
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File .\install_service.ps1 -Action Uninstall
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File .\install_service.ps1 -Action Run -Config D:\pictures\config.toml
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File .\install_service.ps1 -Action Once
.EXAMPLE
    powershell -ExecutionPolicy Bypass -File .\install_service.ps1 -Action Test
#>

#Requires -Version 5.1

[CmdletBinding(SupportsShouldProcess = $true)]
param(
    [ValidateSet('Install', 'Uninstall', 'Status', 'Run', 'Once', 'Test')]
    [string] $Action,

    [switch] $InstallPrograms,

    [ValidatePattern('^[A-Za-z0-9_.-]{1,80}$')]
    [string] $Name = 'AIImageMetaPipe',

    [string] $Config = '',
    [string] $Python = '',
    [string] $ExifTool = '',
    [string] $Nssm = '',

    # By this attribute a user's name is enough, and PowerShell asks for the password.
    [System.Management.Automation.PSCredential]
    [System.Management.Automation.Credential()]
    $Credential = [System.Management.Automation.PSCredential]::Empty,

    [switch] $Json
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
# Python writes UTF-8; without this a file's name arrives here in the letters of the console's code page.
try { [Console]::OutputEncoding = New-Object System.Text.UTF8Encoding $false }
catch { Write-Verbose 'There is no console here whose code page could be set.' }

# What NSSM is told, as it keeps it in the registry: name, type, content.
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
'@
# AppStopMethodSkip: 6 leaves out window messages and thread messages, which Python would not understand. Ctrl+C comes
# first, and after 20 s the process is ended. Where Python dies, the key AppExit has NSSM start it again.

$Description = 'Keeps a database of AI-generated images and their metadata.'
$Project = $PSScriptRoot
$VenvPython = Join-Path $Project '.venv\Scripts\python.exe'
$VenvNssm = Join-Path $Project '.venv\Scripts\nssm.exe'
$ServicePath = "`"$VenvNssm`""
$ServiceKey = "HKLM:\SYSTEM\CurrentControlSet\Services\$Name"
$ValuesKey = "$ServiceKey\Parameters"
$OwnAccount = "NT SERVICE\$Name"

# ---------------------------------------------------------------------------------------------------------------------
# Failing, telling steps, and calling programs

function Stop-With {
    param([string] $What, [string] $Mend)
    throw "$What`n  -> $Mend"
}

# Whether a step is to be done. With -WhatIf it is told instead.
function Confirm-Step {
    param([string] $What, [string] $Target)
    return $PSCmdlet.ShouldProcess($Target, $What)
}

# Calls a program and ends the script where it fails. Its words are shown as they come. Standard error is never
# redirected: PowerShell 5.1 takes the first line of it for an error of its own.
function Invoke-Program {
    param([string] $Program, [string[]] $Words, [string] $Mend)
    & $Program $Words | ForEach-Object { Write-Host $_ }
    if ($LASTEXITCODE -ne 0) {
        Stop-With "$Program $($Words -join ' ') ended with exit code $LASTEXITCODE." $Mend
    }
}

# Runs Python in the project's folder; what it says is what this returns.
function Invoke-VenvPython {
    param([string[]] $Words)
    Push-Location -LiteralPath $Project
    try { & $VenvPython $Words }
    finally { Pop-Location }
}

# Returns what an error says, with the cause that PowerShell leaves out.
function Get-Reason {
    param([Management.Automation.ErrorRecord] $Problem)
    $said = $Problem.Exception.Message
    $cause = $Problem.Exception.GetBaseException().Message
    if ($said.Contains($cause)) { return $said }
    return "$said ($cause)"
}

function Assert-Administrator {
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object Security.Principal.WindowsPrincipal $identity
    if ($WhatIfPreference -or $principal.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) { return }
    Stop-With "$Action changes services, which only an administrator may." `
        'Open PowerShell with "Run as administrator" and give the same command.'
}

function Assert-PlainPath {
    if ($Project -match '[%"]' -or $Config -match '[%"]') {
        Stop-With "$Project or $Config holds a % or a quote, which NSSM would replace." 'Move it to another folder.'
    }
}

# ---------------------------------------------------------------------------------------------------------------------
# What Windows can do and neither PowerShell 5.1 nor sc.exe says without a password on a command line. C# 5.

$WindowsCalls = @'
using System;
using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Security.Principal;

namespace AIImageMetaPipe {
    public static class ServiceManager {
        const uint Same = 0xffffffff;
        [DllImport("advapi32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
        static extern IntPtr OpenSCManagerW(string machine, string database, uint access);
        [DllImport("advapi32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
        static extern IntPtr OpenServiceW(IntPtr manager, string name, uint access);
        [DllImport("advapi32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
        static extern bool ChangeServiceConfigW(IntPtr service, uint type, uint start, uint error, string path,
            string group, IntPtr tag, string needs, string account, string password, string shown);
        [DllImport("advapi32.dll")]
        static extern bool CloseServiceHandle(IntPtr handle);

        // Sets what the service starts, and who it runs as. An empty account or password stays as it is.
        public static void Change(string name, string path, string account, string password) {
            IntPtr manager = OpenSCManagerW(null, null, 1);
            IntPtr service = OpenServiceW(manager, name, 2);
            bool done = service != IntPtr.Zero && ChangeServiceConfigW(service, Same, Same, Same, path, null,
                IntPtr.Zero, null, Filled(account), Filled(password), null);
            Win32Exception error = new Win32Exception();
            if (service != IntPtr.Zero) CloseServiceHandle(service);
            if (manager != IntPtr.Zero) CloseServiceHandle(manager);
            if (!done) throw error;
        }

        static string Filled(string text) { return string.IsNullOrEmpty(text) ? null : text; }
    }

    public static class LogonRight {
        const int NoSuchAccount = 1332, AsService = 5;
        const uint NoRights = 0xC0000034;
        const uint LookUpAndCreate = 0x811;

        [StructLayout(LayoutKind.Sequential)]
        struct Attributes { public int Length; public IntPtr Root, Name; public int Flags; public IntPtr One, Two; }
        [StructLayout(LayoutKind.Sequential)]
        struct Text { public ushort Length, Size; [MarshalAs(UnmanagedType.LPWStr)] public string Content; }
        [StructLayout(LayoutKind.Sequential)]
        struct FoundText { public ushort Length, Size; public IntPtr Content; }

        [DllImport("advapi32.dll")]
        static extern uint LsaOpenPolicy(IntPtr system, ref Attributes attributes, uint access, out IntPtr policy);
        [DllImport("advapi32.dll")]
        static extern uint LsaAddAccountRights(IntPtr policy, byte[] sid, Text[] rights, uint count);
        [DllImport("advapi32.dll")]
        static extern uint LsaRemoveAccountRights(IntPtr policy, byte[] sid, byte all, Text[] rights, uint count);
        [DllImport("advapi32.dll")]
        static extern uint LsaEnumerateAccountRights(IntPtr policy, byte[] sid, out IntPtr rights, out uint count);
        [DllImport("advapi32.dll")]
        static extern uint LsaFreeMemory(IntPtr memory);
        [DllImport("advapi32.dll")]
        static extern uint LsaClose(IntPtr policy);
        [DllImport("advapi32.dll")]
        static extern int LsaNtStatusToWinError(uint status);
        [DllImport("advapi32.dll", SetLastError = true, CharSet = CharSet.Unicode)]
        static extern bool LogonUserW(string user, string domain, string password, int type, int provider,
            out IntPtr token);
        [DllImport("kernel32.dll")]
        static extern bool CloseHandle(IntPtr handle);

        // Gives an account the right "Log on as a service". True where it did not have it before.
        public static bool Add(string account) {
            byte[] sid = SidOf(account);
            IntPtr policy = Open();
            try {
                if (Has(policy, sid)) return false;
                Check(LsaAddAccountRights(policy, sid, Right(), 1));
                return true;
            } finally { LsaClose(policy); }
        }

        public static void Remove(string account) {
            byte[] sid = SidOf(account);
            IntPtr policy = Open();
            try {
                if (Has(policy, sid)) Check(LsaRemoveAccountRights(policy, sid, 0, Right(), 1));
            } finally { LsaClose(policy); }
        }

        // Logs the account on as the service manager will.
        public static void CheckPassword(string account, string password) {
            int cut = account.IndexOf('\\');
            string domain = cut < 0 ? null : account.Substring(0, cut);
            IntPtr token;
            if (!LogonUserW(account.Substring(cut + 1), domain, password, AsService, 0, out token))
                throw new Win32Exception();
            CloseHandle(token);
        }

        static byte[] SidOf(string account) {
            SecurityIdentifier sid;
            try { sid = (SecurityIdentifier) new NTAccount(account).Translate(typeof(SecurityIdentifier)); }
            catch (IdentityNotMappedException) { throw new Win32Exception(NoSuchAccount); }
            byte[] form = new byte[sid.BinaryLength];
            sid.GetBinaryForm(form, 0);
            return form;
        }

        static IntPtr Open() {
            Attributes none = new Attributes();
            IntPtr policy;
            Check(LsaOpenPolicy(IntPtr.Zero, ref none, LookUpAndCreate, out policy));
            return policy;
        }

        static bool Has(IntPtr policy, byte[] sid) {
            IntPtr rights; uint count;
            uint status = LsaEnumerateAccountRights(policy, sid, out rights, out count);
            if (status == NoRights) return false;
            Check(status);
            bool found = false;
            for (int at = 0; at < count; at++) {
                IntPtr place = new IntPtr(rights.ToInt64() + at * Marshal.SizeOf(typeof(FoundText)));
                FoundText text = (FoundText) Marshal.PtrToStructure(place, typeof(FoundText));
                found |= Marshal.PtrToStringUni(text.Content, text.Length / 2) == Name;
            }
            LsaFreeMemory(rights);
            return found;
        }

        const string Name = "SeServiceLogonRight";

        static Text[] Right() {
            Text text = new Text();
            text.Content = Name;
            text.Length = (ushort) (Name.Length * 2);
            text.Size = (ushort) (text.Length + 2);
            return new Text[] { text };
        }

        static void Check(uint status) {
            if (status != 0) throw new Win32Exception(LsaNtStatusToWinError(status));
        }
    }
}
'@

function Import-WindowsCall {
    if (-not ('AIImageMetaPipe.LogonRight' -as [type])) { Add-Type -TypeDefinition $WindowsCalls }
}

# ---------------------------------------------------------------------------------------------------------------------
# Python, ExifTool and NSSM: finding them, and having winget install them

$Programs = @{
    Python   = @{
        Title = 'Python 3.11 or newer'; Find = 'Find-Python'; Page = 'https://www.python.org/downloads/windows/'
        # For all users: a service cannot read what lies in a user's own folder.
        Words = @('--id', 'Python.Python.3.13', '--scope', 'machine')
    }
    ExifTool = @{
        Title = 'ExifTool'; Find = 'Find-ExifTool'; Page = 'https://exiftool.org/'
        Words = @('--id', 'OliverBetz.ExifTool')
    }
    Nssm     = @{
        Title = 'NSSM, which runs a program as a service'; Find = 'Find-Nssm'; Page = 'https://nssm.cc/download'
        Words = @('--id', 'NSSM.NSSM')
    }
}

# winget's word for: it is installed already, and there is nothing newer.
$WingetHasIt = -1978335189

# Returns the paths of these programs on PATH, in its order. Get-Command would also find functions, and keeps what it
# found before winget has changed PATH.
function Find-OnPath {
    param([string[]] $FileNames)
    foreach ($fileName in $FileNames) {
        foreach ($folder in @($env:Path -split ';' | ForEach-Object { $_.Trim(' ', '"').TrimEnd('\') })) {
            if ($folder -and [IO.File]::Exists("$folder\$fileName")) { "$folder\$fileName" }
        }
    }
}

# Returns the path of a program that was named by a parameter or lies on PATH, or nothing.
function Find-Program {
    param([string] $Named, [string] $FileName, [string] $Parameter)
    if ($Named) {
        if (-not (Test-Path -LiteralPath $Named -PathType Leaf)) {
            Stop-With "-$Parameter $Named is not there." "Give the path of $FileName."
        }
        return (Resolve-Path -LiteralPath $Named).ProviderPath
    }
    return Find-OnPath $FileName | Select-Object -First 1
}

# Returns the Pythons that have written themselves into the registry, as those of winget and python.org do.
function Find-RegisteredPython {
    foreach ($top in @('HKLM:\SOFTWARE\Python\PythonCore', 'HKCU:\SOFTWARE\Python\PythonCore')) {
        foreach ($version in @(Get-ChildItem -Path $top -ErrorAction SilentlyContinue)) {
            $place = $version.OpenSubKey('InstallPath')
            if ($place -and $place.GetValue('ExecutablePath')) { $place.GetValue('ExecutablePath') }
        }
    }
}

# Returns the path of a Python of 3.11 or newer, or nothing. The one of the Microsoft Store cannot run as a service, and
# the "python" that Windows itself lays on PATH only opens the Store.
function Find-Python {
    # No blank and no double quote in it: 5.1 would pass them on spoilt.
    $question = 'print(__import__(''sys'').hexversion,__import__(''sys'').executable)'
    $candidates = @(Find-OnPath @('py.exe', 'python.exe', 'python3.exe')) + @(Find-RegisteredPython)
    if ($Python) { $candidates = @(Find-Program $Python 'python.exe' 'Python') }
    foreach ($candidate in @($candidates | Where-Object { $_ -notlike '*\WindowsApps\*' })) {
        $words = @('-X', 'utf8', '-c', $question)
        if ($candidate -like '*\py.exe') { $words = @('-3') + $words }
        $answer = @(& $candidate $words)
        if ($answer.Count -eq 0 -or $answer[-1] -notmatch '^(\d+) (.+)$') { continue }
        $version, $path = $Matches[1], $Matches[2]
        if ([long] $version -ge 0x030B0000 -and $path -notlike '*\WindowsApps\*') { return $path }
    }
}

function Find-ExifTool {
    $found = Find-Program $ExifTool 'exiftool.exe' 'ExifTool'
    if (-not $found) { return }
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
    if (-not $found -and (Test-Path -LiteralPath $VenvNssm)) { return $VenvNssm }
    return $found
}

# Which programs this action needs: Python only where .venv has to be made, ExifTool unless the settings name one.
function Get-NeededProgram {
    if ($Python -or -not (Test-Environment)) { 'Python' }
    $stated = Select-String -LiteralPath $Config -Pattern '^\s*exiftool\s*=\s*(".+"|''.+'')' -Quiet
    if ($ExifTool -or -not $stated) { 'ExifTool' }
    if ($Action -eq 'Install') { 'Nssm' }
}

# PATH as a new window would have it; what only this one has stays.
function Update-Path {
    $parts = @('Machine', 'User' | ForEach-Object { [Environment]::GetEnvironmentVariable('Path', $_) }) + $env:Path
    $env:Path = ($parts | Where-Object { $_ }) -join ';'
}

# Returns the lines that say where to get programs by hand.
function Get-PageLine {
    param([string[]] $Needed)
    return ($Needed | ForEach-Object { "     $($Programs[$_].Title): $($Programs[$_].Page)" }) -join "`n"
}

function Install-Program {
    param([string] $Needed)
    $words = @('install') + $Programs[$Needed].Words + @('--exact', '--disable-interactivity')
    $words += @('--accept-package-agreements', '--accept-source-agreements')
    if (-not (Confirm-Step "winget $($words -join ' ')" $Programs[$Needed].Title)) { return }
    Write-Host "winget installs $($Programs[$Needed].Title)."
    $byHand = "Get it by hand, then give the same command again:`n$(Get-PageLine $Needed)"
    try { $said = @(& winget.exe $words) }
    catch [Management.Automation.CommandNotFoundException] { Stop-With 'There is no winget on this Windows.' $byHand }
    # Lines of words; the others draw bars.
    $said = @($said | Where-Object { $_ -match '\w{3}' } | ForEach-Object { "$_".Trim() })
    $said | ForEach-Object { Write-Host "  $_" }
    if ($LASTEXITCODE -notin @(0, $WingetHasIt)) {
        $last = ($said | Select-Object -Last 3) -join ' '
        Stop-With "winget could not install $($Programs[$Needed].Title) (exit code $LASTEXITCODE): $last" $byHand
    }
}

# Returns the paths of the programs that this action needs, by name. Where some are missing, they are installed with
# -InstallPrograms; without it all of them are named at once.
function Get-Program {
    $found = @{ Python = ''; ExifTool = ''; Nssm = '' }
    $needed = @(Get-NeededProgram)
    $missing = @($needed | Where-Object { -not (& $Programs[$_].Find) })
    if ($missing.Count -gt 0 -and -not $InstallPrograms) {
        $titles = ($missing | ForEach-Object { $Programs[$_].Title }) -join '; '
        Stop-With "Missing: $titles." ("Give the same command with -InstallPrograms, which has winget install them:`n" +
            "     powershell -ExecutionPolicy Bypass -File .\install_service.ps1 -Action $Action -InstallPrograms`n" +
            "     or name what is elsewhere with $(($missing | ForEach-Object { "-$_" }) -join ', ').")
    }
    foreach ($one in $missing) { Install-Program $one }
    if ($missing.Count -gt 0) { Update-Path }
    foreach ($one in $needed) {
        $found[$one] = [string] (& $Programs[$one].Find)
        if (-not $found[$one] -and -not $WhatIfPreference) {
            Stop-With "winget says that it has installed $($Programs[$one].Title), and it is not to be found." `
                "Open a new window and give the same command; or get it by hand:`n$(Get-PageLine $one)"
        }
    }
    return $found
}

# ---------------------------------------------------------------------------------------------------------------------
# The private environment

# Whether .venv is there and complete: its stamp names this folder, and nothing has changed since.
function Test-Environment {
    $stamp = Join-Path $Project '.venv\.installed'
    if (-not ((Test-Path -LiteralPath $stamp) -and (Test-Path -LiteralPath $VenvPython))) { return $false }
    $done = (Get-Item -LiteralPath $stamp -Force).LastWriteTimeUtc
    $sources = @('pyproject.toml', 'constraints.txt') | ForEach-Object { Get-Item -LiteralPath (Join-Path $Project $_) }
    if (@($sources | Where-Object { $_.LastWriteTimeUtc -gt $done }).Count -gt 0) { return $false }
    return (Get-Content -LiteralPath $stamp -Encoding UTF8 -TotalCount 1) -eq $Project
}

function Invoke-Pip {
    param([string[]] $Words)
    Push-Location -LiteralPath $Project
    try {
        $words = @('-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-c', 'constraints.txt') + $Words
        Invoke-Program $VenvPython $words 'See what pip says above; it needs the internet, or a proxy set in pip.ini.'
    }
    finally { Pop-Location }
}

# Makes .venv and installs the pinned packages; does nothing where that was done and nothing has changed since.
function Initialize-Environment {
    param([string] $BasePython)
    if (Test-Environment) { return }
    if (-not (Confirm-Step 'make .venv and install the packages of constraints.txt' $Project)) { return }
    Write-Host "Setting up .venv with $BasePython."
    Invoke-Program $BasePython @('-m', 'venv', (Join-Path $Project '.venv')) `
        'Close every program that uses .venv (stop the service), then run this again.'
    Invoke-Pip @('-e', '.')
    Set-Content -LiteralPath (Join-Path $Project '.venv\.installed') -Value $Project -Encoding UTF8
}

# ---------------------------------------------------------------------------------------------------------------------
# What the program says of its settings and of itself

# Has the program's own doctor look at everything; returns the folders for database, log, backups and exports.
function Get-CheckedOutput {
    $said = @(Invoke-VenvPython @('-X', 'utf8', '-m', 'service', 'doctor', '--config', $Config, '--json')) -join "`n"
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
    $outputs = $findings | Where-Object { $_.what -match '^(database|log|backup|export) folder$' }
    return @($outputs | ForEach-Object { $_.found })
}

# Lays into each watched folder the file by which it is known again; the service itself may not. Returns the folders.
function Get-MarkedRoot {
    $words = @('-X', 'utf8', '-m', 'service', 'mark-roots', '--config', $Config, '--json')
    $said = @(Invoke-VenvPython $words) -join "`n"
    if (-not $said) { Stop-With 'The watched folders could not be looked at.' 'Mend what is said above.' }
    $marks = $said | ConvertFrom-Json
    foreach ($one in @($marks | Where-Object { -not $_.marked })) { Write-Warning "$($one.root): $($one.message)" }
    return @($marks | ForEach-Object { $_.path })
}

# Returns what the service says of itself, or nothing where it cannot be asked.
function Get-State {
    $said = @(Invoke-VenvPython @('-X', 'utf8', '-m', 'service', 'status', '--config', $Config, '--json')) -join "`n"
    # PowerShell refuses a name that is empty; images of no known generator are counted under one.
    if ($said) { return $said.Replace('"":', '"unknown":') | ConvertFrom-Json }
}

function Get-ProjectVersion {
    $line = Select-String -LiteralPath (Join-Path $Project 'service\__init__.py') -Pattern '^__version__ = "(.+)"'
    return $line.Matches[0].Groups[1].Value
}

# A service has no drive letters of yours, and the cloud program of yours fetches nothing for it.
function Assert-Reachable {
    param([string[]] $Folders, [string] $Account)
    foreach ($folder in $Folders) {
        $drive = 'Unknown'
        if ($folder -match '^[A-Za-z]:') { $drive = [string] ([IO.DriveInfo] $folder.Substring(0, 1)).DriveType }
        if ($drive -eq 'NoRootDirectory') {
            Write-Warning "$folder lies on a drive that is not there. If it is mapped, write \\server\share instead."
        }
        if ($drive -eq 'Network') {
            Stop-With "$folder lies on a mapped network drive, which a service does not see." `
                'Write the path as \\server\share\... in config.toml, and give -Credential.'
        }
        if ($folder -match '^\\\\' -and $Account -eq $OwnAccount) {
            Write-Warning "$folder is on a share, which the service's own account cannot open: give -Credential."
        }
        if ($env:OneDrive -and $folder -like "$env:OneDrive*") {
            Write-Warning "$folder is kept by OneDrive: choose `"Always keep on this device`"; other files are skipped."
        }
    }
}

# ---------------------------------------------------------------------------------------------------------------------
# The service as Windows has it

# Returns what is registered under the service's name, or nothing.
function Get-OurService {
    $service = Get-Service -Name $Name -ErrorAction SilentlyContinue
    if (-not $service) { return }
    $key = Get-Item -LiteralPath $ServiceKey
    $path = [string] $key.GetValue('ImagePath', '', 'DoNotExpandEnvironmentNames')
    if ($path -notmatch 'nssm\.exe"?$') {
        Stop-With "A service named $Name is there already, and is not this one: $path" 'Choose another name with -Name.'
    }
    $account = ([string] $key.GetValue('ObjectName')) -replace '^\.\\', "$env:COMPUTERNAME\"
    if ($account -in @('', 'LocalSystem')) { $account = $OwnAccount }
    $values = @{}
    if (Test-Path -LiteralPath $ValuesKey) {
        $parameters = Get-Item -LiteralPath $ValuesKey
        foreach ($value in $parameters.GetValueNames()) {
            $content = $parameters.GetValue($value, $null, 'DoNotExpandEnvironmentNames')
            $values[$value] = @{ Type = [string] $parameters.GetValueKind($value); Content = $content }
        }
    }
    return @{ Path = $path; Account = $account; Runs = ($service.Status -ne 'Stopped'); Values = $values }
}

function Stop-OurService {
    if ((Get-Service -Name $Name).Status -eq 'Stopped') { return }
    Write-Host "Stopping $Name; it finishes the files in hand."
    Stop-Service -Name $Name -Force
    (Get-Service -Name $Name).WaitForStatus('Stopped', [TimeSpan]::FromSeconds(60))
}

# Registers the service stopped and not to be started by Windows, which comes last. The quotes keep a C:\My.exe from
# being started instead of C:\My Pictures\...\nssm.exe.
function Register-OurService {
    New-Service -Name $Name -BinaryPathName $ServicePath -StartupType Manual | Out-Null
}

function Set-OurAccount {
    param([string] $Account)
    $password = ''
    if ($Credential.UserName) { $password = $Credential.GetNetworkCredential().Password }
    # Another account that is there already has its password, which nobody here knows.
    elseif ($Account -ne $OwnAccount) { $Account = '' }
    [AIImageMetaPipe.ServiceManager]::Change($Name, $ServicePath, $Account, $password)
}

function Set-RegistryValue {
    param([string] $Value, [string] $Type, $Content)
    New-ItemProperty -LiteralPath $ValuesKey -Name $Value -PropertyType $Type -Value $Content -Force | Out-Null
}

function Remove-Value {
    param([string] $Value)
    Remove-ItemProperty -LiteralPath $ValuesKey -Name $Value -ErrorAction SilentlyContinue
}

# Writes NSSM's values into the registry, since PowerShell 5.1 spoils the quotes within a program's arguments.
function Set-ServiceValue {
    param([hashtable] $Places)
    if (-not (Test-Path -LiteralPath $ValuesKey)) { New-Item -Path $ValuesKey -Force | Out-Null }
    Remove-Value 'AppEnvironmentExtra'
    foreach ($line in @($ServiceTable -split "`r?`n")) {
        $value, $type, $content = $line.Trim() -split '\s+', 3
        if ($value -eq 'AppEnvironmentExtra' -and -not $Places['exiftool']) { continue }
        foreach ($place in $Places.Keys) { $content = $content.Replace("{$place}", $Places[$place]) }
        if ($type -eq 'DWord') { $content = [int] $content }
        if ($type -eq 'MultiString') { $content = [string[]] @($content) }
        Set-RegistryValue $value $type $content
    }
    New-Item -Path "$ValuesKey\AppExit" -Force | Out-Null
    Set-Item -LiteralPath "$ValuesKey\AppExit" -Value 'Restart'
}

# What the service manager is told: what this is, and to start NSSM again where NSSM itself dies.
function Set-ManagerValue {
    $mend = "Run: sc.exe delete $Name; restart Windows; then install again."
    $actions = 'restart/5000/restart/30000/restart/60000'
    Invoke-Program 'sc.exe' @('description', $Name, $Description) $mend
    Invoke-Program 'sc.exe' @('failure', $Name, 'reset=', '86400', 'actions=', $actions) $mend
    Invoke-Program 'sc.exe' @('failureflag', $Name, '1') $mend
}

function Set-StartWithWindows {
    Invoke-Program 'sc.exe' @('config', $Name, 'start=', 'delayed-auto') 'See what sc.exe says above.'
}

function Remove-OurService {
    Stop-OurService
    Invoke-Program 'sc.exe' @('delete', $Name) 'Close services.msc and the Task Manager, then run this again.'
}

# A service that ends within seconds has something to say in its log.
function Start-OurService {
    param([string] $Logs)
    Start-Service -Name $Name
    $deadline = (Get-Date).AddSeconds(60)
    while ((Get-Date) -lt $deadline) {
        $state = Get-State
        if ($state -and $state.running) { return }
        Start-Sleep -Seconds 1
    }
    Stop-With "$Name was started and says nothing of itself after 60 s." `
        "Read $(Join-Path $Logs 'console.log') and service.jsonl beside it."
}

# ---------------------------------------------------------------------------------------------------------------------
# Its account, and what that may do

# Returns an account's name as Windows writes it: .\me is COMPUTER\me.
function Get-FullName {
    param([string] $Account)
    return $Account -replace '^\.\\', "$env:COMPUTERNAME\"
}

# Returns who the service is to run as: who was named, else who it runs as, else its own account.
function Get-WantedAccount {
    param($Before)
    if ($Credential.UserName) { return Get-FullName $Credential.UserName }
    if ($Before) { return $Before.Account }
    return $OwnAccount
}

# Gives the right "Log on as a service", also to the service's own account: policies take it from all services.
function Add-LogonRight {
    param([string] $Account)
    try { $isNew = [AIImageMetaPipe.LogonRight]::Add($Account) }
    catch {
        $reason = $_.Exception.GetBaseException()
        if ($reason.NativeErrorCode -eq 1332) {
            Stop-With "There is no account $Account." 'Write it as COMPUTER\user or DOMAIN\user.'
        }
        Stop-With "$Account could not be given the right `"Log on as a service`": $($reason.Message)" `
            'Give it by hand in secpol.msc, User Rights Assignment; then run this again.'
    }
    if ($isNew) { $script:NewLogonRight = $Account }
}

function Remove-LogonRight {
    param([string] $Account)
    try { [AIImageMetaPipe.LogonRight]::Remove($Account) }
    catch { Write-Warning "$Account keeps the right `"Log on as a service`": $(Get-Reason $_)" }
}

# Finds out before anything is changed whether the account of -Credential can run a service.
function Assert-CanLogOn {
    $account = Get-FullName $Credential.UserName
    Add-LogonRight $account
    try { [AIImageMetaPipe.LogonRight]::CheckPassword($account, $Credential.GetNetworkCredential().Password) }
    catch {
        $reason = $_.Exception.GetBaseException()
        switch ($reason.NativeErrorCode) {
            1326 { Stop-With "The password of $account is wrong." 'Give the same command again.' }
            1385 {
                Stop-With "$account may not log on as a service, though it has the right: a policy denies it." `
                    'See "Deny log on as a service" in secpol.msc, or ask who manages this Windows.'
            }
        }
        Stop-With "$account cannot log on as a service: $($reason.Message)" 'Mend that, or name another account.'
    }
}

# Returns a folder without a backslash at its end; but D: alone would be the current folder of that drive.
function Get-PlainFolder {
    param([string] $Folder)
    return $Folder.TrimEnd('\') -replace '^([A-Za-z]:)$', '$1\'
}

# Returns the folders that the account needs, each once, with the words for icacls: RX reads, M writes, Look reads where
# writing is refused as well. What lies in a folder with the same right needs none of its own.
function Get-Grant {
    param([string[]] $Read, [string[]] $Write, [string[]] $Look)
    $rights = [ordered] @{}
    foreach ($folder in $Read) { $rights[(Get-PlainFolder $folder)] = 'RX' }
    foreach ($folder in $Write) { $rights[(Get-PlainFolder $folder)] = 'M' }
    # Rights on a share are its server's matter.
    foreach ($folder in @($Look | Where-Object { $_ -notlike '\\*' })) { $rights[(Get-PlainFolder $folder)] = 'Look' }
    foreach ($folder in @($rights.Keys | Where-Object { Test-Path -LiteralPath $_ })) {
        $right = $rights[$folder]
        $same = @($rights.Keys | Where-Object { $rights[$_] -eq $right -and $_ -ne $folder })
        $above = @($same | Where-Object { $folder.StartsWith("$($_.TrimEnd('\'))\", [StringComparison]::OrdinalIgnoreCase) })
        if ($above.Count -eq 0 -or $right -eq 'Look') { @{ Path = $folder; Right = $right } }
    }
}

# Windows itself then keeps the promise that no image is changed. Writing is refused and not only not granted, since
# many folders let every user write. A user of yours goes on writing into the folders: there it is only not granted.
$Refused = '(WD,AD,WEA,WA,DE,DC)'

function Grant-Right {
    param([hashtable[]] $Grants, [string] $Account)
    foreach ($grant in $Grants) {
        $right = $grant.Right -replace '^Look$', 'RX'
        $words = @($grant.Path, '/grant:r', "${Account}:(OI)(CI)($right)")
        $isRefused = $grant.Right -eq 'Look' -and $Account -eq $OwnAccount
        if ($isRefused) { $words += @('/deny', "${Account}:(OI)(CI)$Refused") }
        $script:Granted += $grant.Path
        Invoke-Program 'icacls.exe' ($words + '/q') "See that you may change the rights of $($grant.Path)."
    }
}

function Revoke-Right {
    param([string[]] $Folders, [string] $Account)
    foreach ($folder in @($Folders | Where-Object { Test-Path -LiteralPath $_ })) {
        & icacls.exe $folder /remove $Account /q | Out-Null
        if ($LASTEXITCODE -ne 0) { Write-Warning "The rights of $Account on $folder could not be taken back." }
    }
}

# Takes from an account what the values of an installed service say that it was given.
function Remove-AccountRight {
    param([hashtable] $Values, [string] $Account)
    if ($Values.ContainsKey('GrantedFolders')) { Revoke-Right $Values['GrantedFolders'].Content $Account }
    if ($Values.ContainsKey('GrantedLogon')) { Remove-LogonRight $Account }
}

# ---------------------------------------------------------------------------------------------------------------------
# Installing, and going back where that fails

# Returns all that can be found out beforehand; what fails here fails before a running service is stopped.
function Get-Plan {
    param($Before)
    $programs = Get-Program
    $account = Get-WantedAccount $Before
    if (-not $WhatIfPreference) { Import-WindowsCall }
    if ($Credential.UserName -and (Confirm-Step 'let log on as a service, and check the password' $account)) {
        Assert-CanLogOn
    }
    if ($Before -and -not (Test-Environment) -and -not $WhatIfPreference) {
        # Windows keeps the packages of a running service from being replaced; whether they can be had is seen before.
        if (Test-Path -LiteralPath $VenvPython) { Invoke-Pip @('--dry-run', '-e', '.') }
        Stop-OurService
    }
    Initialize-Environment $programs.Python
    return @{
        Account = $account; ExifTool = $programs.ExifTool; Nssm = $programs.Nssm
        Logs = Join-Path (Split-Path -Parent $Config) 'out\logs'
    }
}

# Adds what the program says of its settings: the watched folders, and those that it writes.
function Add-Folder {
    param([hashtable] $Plan)
    $Plan.Roots, $Plan.Outputs = @('each watched folder'), @()
    if ($Plan.ExifTool) { $env:AIIMAGEPIPE_EXTRACT__EXIFTOOL = $Plan.ExifTool }
    if (-not $WhatIfPreference) { $Plan.Outputs = @($Plan.Logs) + @(Get-CheckedOutput) }
    if (Confirm-Step 'lay the file .aiimagepipe, by which a folder is known again' 'each watched folder') {
        $Plan.Roots = @(Get-MarkedRoot)
        Assert-Reachable (@($Project) + $Plan.Roots + $Plan.Outputs) $Plan.Account
        # Made here, by an administrator: the account gets rights on folders that are there.
        foreach ($folder in $Plan.Outputs) { New-Item -ItemType Directory -Path $folder -Force | Out-Null }
    }
}

function Get-PlannedGrant {
    param([hashtable] $Plan)
    $base = Select-String -LiteralPath (Join-Path $Project '.venv\pyvenv.cfg') -Pattern '^home = (.+)' -Encoding UTF8
    $read = @($Project, $base.Matches[0].Groups[1].Value.Trim(), (Split-Path -Parent $Config))
    if ($Plan.ExifTool) { $read += Split-Path -Parent $Plan.ExifTool }
    return Get-Grant $read (@(Join-Path (Split-Path -Parent $Config) 'out') + $Plan.Outputs) $Plan.Roots
}

# Sets every value anew, then starts the service, and only then has Windows start it by itself.
function Set-OurService {
    param([hashtable] $Plan, $Before)
    if (-not (Test-Path -LiteralPath $VenvNssm)) { Copy-Item -LiteralPath $Plan.Nssm -Destination $VenvNssm }
    if ($Before) { Stop-OurService } else { Register-OurService }
    Set-OurAccount $Plan.Account
    Set-ServiceValue @{
        python = $VenvPython; project = $Project; config = $Config; logs = $Plan.Logs; exiftool = $Plan.ExifTool
    }
    Set-ManagerValue
    Add-LogonRight $Plan.Account
    Grant-Right @(Get-PlannedGrant $Plan) $Plan.Account
    Start-OurService $Plan.Logs
    Set-StartWithWindows
}

# Notes what Uninstall takes away again, and takes now what an earlier installation gave and this one does not.
function Save-Installed {
    param([hashtable] $Plan, $Before)
    Set-RegistryValue 'InstalledVersion' 'String' (Get-ProjectVersion)
    Set-RegistryValue 'GrantedFolders' 'MultiString' ([string[]] $Granted)
    if ($NewLogonRight) { Set-RegistryValue 'GrantedLogon' 'DWord' 1 }
    if (-not $Before) { return }
    if ($Before.Account -ne $Plan.Account) {
        Remove-AccountRight $Before.Values $Before.Account
        if (-not $NewLogonRight) { Remove-Value 'GrantedLogon' }
    }
    elseif ($Before.Values.ContainsKey('GrantedFolders')) {
        $left = @($Before.Values['GrantedFolders'].Content | Where-Object { $_ -notin $Granted })
        Revoke-Right $left $Plan.Account
    }
}

# Takes away what a first installation that failed has made. Returns a sentence about it.
function Undo-FirstInstall {
    $made = Get-Service -Name $Name -ErrorAction SilentlyContinue
    if (-not $made -and -not $NewLogonRight) { return 'Nothing was registered.' }
    $account = Get-WantedAccount $null
    Revoke-Right $Granted $account
    if ($NewLogonRight) { Remove-LogonRight $NewLogonRight }
    if ($made) { Remove-OurService }
    return 'The service and its rights were taken away again.'
}

# Puts an installed service back as it was, and starts it where it ran. Returns a sentence about it.
function Undo-Update {
    param([hashtable] $Before)
    if ($NewLogonRight -and $NewLogonRight -ne $Before.Account) { Remove-LogonRight $NewLogonRight }
    $version = 'an earlier version'
    $noted = $Before.Values['InstalledVersion']
    if ($noted) { $version = "version $($noted.Content)" }
    if ($IsChanged) { Restore-OurService $Before }
    if (-not $Before.Runs) { return 'The service is stopped, as it was.' }
    if ((Get-Service -Name $Name).Status -ne 'Stopped') { return "The service was not stopped: $version runs on." }
    Start-Service -Name $Name
    return "The service runs again as it was, with the files that are here now: version $(Get-ProjectVersion)."
}

function Restore-OurService {
    param([hashtable] $Before)
    Stop-OurService
    # A password that it had cannot be set again here: an account of yours stays who it was changed to.
    $account = ''
    if ($Before.Account -eq $OwnAccount) { $account = $OwnAccount }
    [AIImageMetaPipe.ServiceManager]::Change($Name, $Before.Path, $account, '')
    foreach ($value in (Get-Item -LiteralPath $ValuesKey).GetValueNames()) {
        if (-not $Before.Values.ContainsKey($value)) { Remove-Value $value }
    }
    foreach ($value in $Before.Values.Keys) {
        Set-RegistryValue $value $Before.Values[$value].Type $Before.Values[$value].Content
    }
}

# All that is done to the service, as -WhatIf tells it.
function Get-StepList {
    param([hashtable] $Plan, $Before)
    $first = 'register it stopped'
    if ($Before) { $first = 'stop it' }
    return @(
        $first, "set every value anew, to run as $($Plan.Account)", 'have Windows start it again after a crash',
        'let this account log on as a service', 'let it read the project, Python, ExifTool and the watched folders',
        'let it write out and what the settings name', 'start it', 'have Windows start it'
    ) -join ', '
}

function Install-OurService {
    Assert-Administrator
    Assert-PlainPath
    $before = Get-OurService
    try {
        $plan = Get-Plan $before
        Add-Folder $plan
        if (Confirm-Step (Get-StepList $plan $before) "service $Name") {
            $script:IsChanged = $true
            Set-OurService $plan $before
            Save-Installed $plan $before
            Write-Host "$Name runs, and starts with Windows. Drop images into: $($plan.Roots -join ', ')"
        }
    }
    catch {
        $what, $mend = (Get-Reason $_) -split "`n  -> ", 2
        if (-not $mend) { $mend = 'Mend that, then give the same command again.' }
        try { if ($before) { $now = Undo-Update $before } else { $now = Undo-FirstInstall } }
        catch { $now = "And going back failed: $(Get-Reason $_). Run -Action Uninstall, then -Action Install." }
        Stop-With "$what`n  $now" $mend
    }
}

function Uninstall-OurService {
    Assert-Administrator
    $before = Get-OurService
    if (-not $before) {
        Write-Host "There is no service named $Name."
        return
    }
    if (Confirm-Step "stop and remove it, and take its rights from $($before.Account)" "service $Name") {
        Import-WindowsCall
        # Its own account is gone with the service, so its rights go first.
        Stop-OurService
        Remove-AccountRight $before.Values $before.Account
        Remove-OurService
        Write-Host "$Name is removed. Images, the database in out and the settings are where they were."
    }
}

# ---------------------------------------------------------------------------------------------------------------------
# The actions without a service

# Makes ready what every action in this window needs.
function Initialize-Window {
    $programs = Get-Program
    Initialize-Environment $programs.Python
    if ($programs.ExifTool) { $env:Path = "$(Split-Path -Parent $programs.ExifTool);$env:Path" }
}

# Runs a command of the program in this window; its exit code is the script's.
function Invoke-InWindow {
    param([string[]] $Words)
    Invoke-VenvPython (@('-X', 'utf8') + $Words) | ForEach-Object { Write-Host $_ }
    $script:ExitCode = $LASTEXITCODE
}

function Start-InWindow {
    Initialize-Window
    if (-not (Confirm-Step 'run the program in this window' $Config)) { return }
    Get-CheckedOutput | Out-Null
    Write-Host 'Running; Ctrl+C stops it.'
    Invoke-InWindow @('-m', 'service', 'run', '--config', $Config)
}

function Start-OnePass {
    Initialize-Window
    if (-not (Confirm-Step 'read what is in the watched folders once, and write the lists' $Config)) { return }
    Get-CheckedOutput | Out-Null
    Invoke-InWindow @('-m', 'service', 'all', '--config', $Config)
    $ofReading = $ExitCode
    # 1: some files failed, which are listed; the others have their rows, and so lists.
    if ($ofReading -gt 1) { return }
    if (Select-String -LiteralPath $Config -Pattern '^\s*\[\[\s*export\s*\]\]' -Quiet) {
        Invoke-InWindow @('-m', 'service', 'export', '--all', '--config', $Config)
    }
    if ($ofReading -ne 0) { $script:ExitCode = $ofReading }
}

function Start-Test {
    Initialize-Window
    if (-not (Confirm-Step 'install the test tools into .venv, and run the tests' $Project)) { return }
    Invoke-Pip @('-e', '.[dev]')
    Write-Host 'The tests need some minutes. What needs another system is skipped, and named at the end.'
    Invoke-InWindow @('-m', 'pytest', '-rs')
}

# ---------------------------------------------------------------------------------------------------------------------
# Status

# Returns a time in local words, and how long ago it was. PowerShell 7 makes an object of a time in JSON; 5.1 leaves text.
function Format-Time {
    param($Time)
    if (-not $Time) { return '-' }
    $invariant = [Globalization.CultureInfo]::InvariantCulture
    $asStated = [Globalization.DateTimeStyles]::RoundtripKind
    if ($Time -is [string]) { $Time = [DateTime]::Parse($Time, $invariant, $asStated) }
    $local = $Time.ToLocalTime()
    $age = (Get-Date) - $local
    $ago = '{0:0} days' -f $age.TotalDays
    if ($age.TotalHours -lt 48) { $ago = '{0:0} h' -f $age.TotalHours }
    if ($age.TotalMinutes -lt 90) { $ago = '{0:0} min' -f $age.TotalMinutes }
    if ($age.TotalSeconds -lt 90) { $ago = '{0:0} s' -f $age.TotalSeconds }
    return "$($local.ToString('yyyy-MM-dd HH:mm:ss', $invariant)), $ago ago"
}

function Show-Row {
    param([string] $Title, [string] $Content)
    Write-Host ('{0,-15}{1}' -f $Title, $Content)
}

function Show-Work {
    param($State)
    if ($State.service) {
        Show-Row 'process' $State.service.pid
        Show-Row 'heartbeat' (Format-Time $State.service.heartbeat_at)
        Show-Row 'queue' "$($State.service.queued) waiting"
        Show-Row 'since start' "$($State.service.done) done, $($State.service.failed) failed"
        if ($State.service.message) { Show-Row 'says' $State.service.message }
    }
    if ($State.counts) { Show-Row 'images' "$($State.counts.present) present, $($State.counts.missing) missing" }
    foreach ($root in $State.roots) {
        $word = 'offline'
        if ($root.online) { $word = 'online' }
        Show-Row "folder $($root.name)" "$($root.location): $word"
        if ($root.note) { Show-Row '' $root.note }
    }
    $export = $State.exports | Sort-Object -Property last_run_at | Select-Object -Last 1
    if ($export) { Show-Row 'last export' "$(Format-Time $export.last_run_at): $($export.out)" }
    Show-Row 'log' $State.log
}

function Show-Status {
    if (-not (Test-Path -LiteralPath $VenvPython)) {
        if (-not $Json) { Show-Row 'service' 'not installed' }
        Stop-With '.venv is not there.' 'Run this with -Action Install (a service) or -Action Run (in this window).'
    }
    if ($Json) {
        Invoke-VenvPython @('-X', 'utf8', '-m', 'service', 'status', '--config', $Config, '--json')
        $script:ExitCode = $LASTEXITCODE
        return
    }
    $service = Get-OurService
    $word = 'not installed'
    if ($service) { $word = "$((Get-Service -Name $Name).Status), as $($service.Account)" }
    Show-Row 'service' $word
    if ($service -and $service.Values.ContainsKey('InstalledVersion')) {
        Show-Row 'version' $service.Values['InstalledVersion'].Content
    }
    $state = Get-State
    if (-not $state) { Stop-With 'The program cannot tell its state.' 'Mend what is said above.' }
    Show-Work $state
    if (-not $state.running) { $script:ExitCode = 1 }
}

function Show-Action {
    Write-Host 'Say what to do with -Action; the most is told by: Get-Help .\install_service.ps1 -Full'
    Write-Host '  -Action Install     sets it up as a service that starts with Windows (as administrator)'
    Write-Host '  -Action Uninstall   stops the service and removes it (as administrator)'
    Write-Host '  -Action Status      says whether it runs, and what it has done'
    Write-Host '  -Action Run         runs it in this window until Ctrl+C'
    Write-Host '  -Action Once        reads everything once, writes the lists, and ends'
    Write-Host '  -Action Test        runs the tests'
    Write-Host 'With -InstallPrograms winget installs what is missing; with -WhatIf the steps are told and not done.'
    $script:ExitCode = 2
}

# ---------------------------------------------------------------------------------------------------------------------

$ExitCode = 0
# What this run has done so far, by which a failure is undone.
$Granted = @()
$NewLogonRight = ''
$IsChanged = $false
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
        'Once' { Start-OnePass }
        'Test' { Start-Test }
        default { Show-Action }
    }
}
catch {
    $said = Get-Reason $_
    if ($said -notmatch '-> ') { $said += "`n  -> Give the same command again; docs\windows.md says where to look." }
    [Console]::Error.WriteLine("install_service.ps1: $said")
    $ExitCode = 1
}
exit $ExitCode
