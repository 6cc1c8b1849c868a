#!/usr/bin/env pwsh
<#
.SYNOPSIS
    Builds, tests, packs, installs or cleans RotateSecrets. It calls dotnet and needs no module from a gallery.
.PARAMETER Task
    Build    compiles everything and lays out the importable module in out/RotateSecrets (the default)
    Test     runs all tests, the Pester suite too
    Package  makes out/RotateSecrets.<version>.nupkg, which any PowerShell repository takes (Publish-PSResource -NupkgPath)
    Install  copies the module to the current user's module folder
    Clean    removes what the others made
.PARAMETER Configuration
    Release (the default) or Debug.
.EXAMPLE
    ./build.ps1
.EXAMPLE
    ./build.ps1 Package
#>
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Position = 0)]
    [ValidateSet('Build', 'Test', 'Package', 'Install', 'Clean')]
    [string[]] $Task = 'Build',

    [ValidateSet('Release', 'Debug')]
    [string] $Configuration = 'Release'
)

Set-StrictMode -Version 3
$ErrorActionPreference = 'Stop'
$module = Join-Path $PSScriptRoot 'out' 'RotateSecrets'

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args[0]) ended with exit code $LASTEXITCODE." }
}

function Build { Invoke-Dotnet build (Join-Path $PSScriptRoot 'RotateSecrets.sln') --configuration $Configuration }

function Test {
    Invoke-Dotnet test --solution (Join-Path $PSScriptRoot 'RotateSecrets.sln') --configuration $Configuration
    Invoke-Dotnet build (Join-Path $PSScriptRoot 'tests' 'Pester')
    pwsh -NoProfile -File (Join-Path $PSScriptRoot 'tests' 'Pester' 'Invoke-Suite.ps1')
    if ($LASTEXITCODE -ne 0) { throw "$LASTEXITCODE Pester tests failed." }
}

function Package {
    Build
    Invoke-Dotnet pack (Join-Path $PSScriptRoot 'src' 'RotateSecrets.Module') --configuration $Configuration --no-build --output (Join-Path $PSScriptRoot 'out')
}

function Install {
    Build
    $version = (Import-PowerShellDataFile (Join-Path $module 'RotateSecrets.psd1')).ModuleVersion
    $root = $IsWindows ? (Join-Path ([Environment]::GetFolderPath('MyDocuments')) 'PowerShell' 'Modules') : (Join-Path $HOME '.local' 'share' 'powershell' 'Modules')
    $target = Join-Path $root 'RotateSecrets' $version
    if ($PSCmdlet.ShouldProcess($target, 'Install the module')) {
        if (Test-Path $target) { Remove-Item $target -Recurse -Force }
        $null = New-Item $target -ItemType Directory -Force
        Copy-Item (Join-Path $module '*') $target -Recurse
        "Installed RotateSecrets $version in $target"
    }
}

function Clean {
    Invoke-Dotnet clean (Join-Path $PSScriptRoot 'RotateSecrets.sln') --configuration $Configuration
    $out = Join-Path $PSScriptRoot 'out'
    if ((Test-Path $out) -and $PSCmdlet.ShouldProcess($out, 'Remove')) { Remove-Item $out -Recurse -Force }
}

foreach ($one in $Task) { & $one }
