<#
.SYNOPSIS
    Runs the Pester suite on the module in out/RotateSecrets, with the Pester that Pester.csproj lays out or else an installed one.
.OUTPUTS
    One line: N passed, N failed, N skipped. A file that can't be run counts as failed. The exit code is the number that failed.
#>
[CmdletBinding()]
param()

$ErrorActionPreference = 'Stop'
$laidOut = Join-Path $PSScriptRoot 'bin' 'Modules'
if (Test-Path $laidOut) { $env:PSModulePath = $laidOut + [IO.Path]::PathSeparator + $env:PSModulePath }
Import-Module Pester -MinimumVersion 5.5

$result = Invoke-Pester $PSScriptRoot -Output Detailed -PassThru
$failed = $result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount
"$($result.PassedCount) passed, $failed failed, $($result.SkippedCount) skipped"
exit $failed
