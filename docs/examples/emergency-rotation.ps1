<#
.SYNOPSIS
    The emergency rotation: a secret has leaked, and must not work a minute longer than it has to.
.DESCRIPTION
    The same steps as in routine-rotation.ps1, and the same service under load; but nothing is waited for that isn't needed to keep the service up, and
    the script tells how long the leaked secret was still accepted. What was derived from the leaked secret is rotated with it.
.PARAMETER Folder
    Where the store, the services file and the logs go. Default: a new folder under the system's temporary one.
#>
[CmdletBinding()]
param(
    [string] $Folder = [IO.Directory]::CreateTempSubdirectory('emergency-rotation-').FullName
)

$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/sample-services.ps1"
$sample = New-SampleService -Folder $Folder -Replica 3

try {
    # Before the incident: a service under load, and a second secret that was derived from the first.
    $null = Connect-SecretStore -Local "$Folder/secrets.db" -ServicesFile $sample.ServicesFile
    $null = New-SecretValue | Set-StoreSecret local:PROXY_JWT_SECRET
    $null = New-SecretValue | Set-StoreSecret local:PROXY_SESSION_KEY
    Get-Consumers local:PROXY_JWT_SECRET | Start-Consumer
    Wait-SampleCount $sample requests 200

    # The leaked value, as somebody found it in a log.
    $leaked = (Get-StoreSecret local:PROXY_JWT_SECRET -Reveal).Value
    $began = [Diagnostics.Stopwatch]::StartNew()

    # 1. Create the new secret in the store, at once. 2. and 3. Bring it to every replica: rolling, since an outage would be a second incident.
    $candidate = New-SecretValue | Set-StoreSecret local:PROXY_JWT_SECRET -Stage Pending
    $null = $candidate | Get-Consumers -Name proxy | Restart-Consumer -ThrottleLimit 100
    $candidate | Move-StoreSecret | Out-Host
    $null = $candidate | Get-Consumers -Name clients | Restart-Consumer
    $health = $candidate | Get-Consumers |
        Test-RotationHealth -Jwt $sample.WhoAmI -Accepted (Get-StoreSecret local:PROXY_JWT_SECRET -Reveal)
    if (-not $health.Passed) { $health | Out-Host; throw 'The new secret does not work.' }
    Wait-SampleCount $sample secretsSeen 2

    # 4. Revoke the leaked credential, take it from every replica, and rotate what was derived from it.
    Get-StoreSecret local:PROXY_JWT_SECRET -Stage Previous | Revoke-Secret -Confirm:$false | Out-Host
    Get-Consumers local:PROXY_JWT_SECRET -Name proxy | Restart-Consumer -ThrottleLimit 100 | Out-Host
    $elapsed = $began.Elapsed
    New-SecretValue | Set-StoreSecret local:PROXY_SESSION_KEY | Out-Host

    # 5. Test again, and prove that the leaked secret opens nothing any more.
    $proof = Test-RotationHealth -Jwt $sample.WhoAmI -Accepted (Get-StoreSecret local:PROXY_JWT_SECRET -Reveal) -Refused $leaked
    $proof | Out-Host
    if (-not $proof.Passed) { throw 'The leaked secret still works somewhere.' }
}
finally {
    Get-Consumers | Stop-Consumer
}

$failed = Get-SampleCount $sample failed
"requests: $(Get-SampleCount $sample requests), failed: $failed"
if ($failed -gt 0) { throw 'Requests failed.' }
'the leaked secret was accepted for {0:0.0} s more, and is refused by every replica' -f $elapsed.TotalSeconds
