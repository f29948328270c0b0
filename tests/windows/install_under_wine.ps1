<#
.SYNOPSIS
    Installs the service whose work wine_service.py tries, or with SERVICE_ACTION another action. See run_wine.sh.
#>

#Requires -Version 5.1

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

. (Join-Path $PSScriptRoot 'stand_ins.ps1')
$Place = 'C:\watched'
$Action = 'Install'
if ($env:SERVICE_ACTION) { $Action = $env:SERVICE_ACTION }
foreach ($folder in @("$Place\Input", "$Place\out\logs")) { [void] [IO.Directory]::CreateDirectory($folder) }
if (-not (Test-Path -LiteralPath "$Place\config.toml")) {
    [IO.File]::WriteAllText("$Place\config.toml", "[[root]]`nname = `"Input`"`npath = `"Input`"`n")
}
$top = Split-Path -Parent (Split-Path -Parent $PSScriptRoot)
& "$top\install_service.ps1" -Action $Action -Config "$Place\config.toml" -Name 'AIImageMetaPipe' -InstallPrograms
exit $LASTEXITCODE
