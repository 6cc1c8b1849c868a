<#
.SYNOPSIS
    The routine rotation, step by step: a service's JWT secret is rotated under load, and not one request fails.
.DESCRIPTION
    Starts three replicas of the sample service (docs/examples/proxy) and its clients (docs/examples/clients), which know only
    "the secret that clients use now". Then it rotates the secret as an operator would, by composing cmdlets, and shows that the old secret is
    refused by every replica. Everything it needs it starts itself, on free ports and in a folder of its own, and stops in the end.
.PARAMETER Folder
    Where the store, the services file and the logs go. Default: a new folder under the system's temporary one.
#>
[CmdletBinding()]
param(
    [string] $Folder = [IO.Directory]::CreateTempSubdirectory('routine-rotation-').FullName
)

$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/sample-services.ps1"
$sample = New-SampleService -Folder $Folder -Replica 3

try {
    # The store, with the services of this machine as the consumers of what is in it.
    $null = Connect-SecretStore -Local "$Folder/secrets.db" -ServicesFile $sample.ServicesFile
    'The secret as it is before:'
    New-SecretValue | Set-StoreSecret local:PROXY_JWT_SECRET | Out-Host
    $old = (Get-StoreSecret local:PROXY_JWT_SECRET -Reveal).Value

    # Find every consumer, and start what isn't running.
    Get-Consumers local:PROXY_JWT_SECRET | Out-Host
    Get-Consumers local:PROXY_JWT_SECRET | Start-Consumer
    Wait-SampleCount $sample requests 200

    # Create and stage: the candidate waits beside the secret that clients use.
    $new = New-SecretValue
    $candidate = $new | Set-StoreSecret local:PROXY_JWT_SECRET -Stage Pending

    # Distribute and restart: one replica after another, each healthy before the next. Verify: both secrets work now, at every replica.
    $health = $candidate | Get-Consumers -Name proxy | Restart-Consumer |
        Test-RotationHealth -Jwt $sample.WhoAmI -Accepted $new, $old
    $health | Out-Host
    if (-not $health.Passed) { throw 'The candidate does not work; the old secret still does.' }

    # Promote: from here on clients sign with the new secret. They read it from a file, which is replaced.
    $candidate | Move-StoreSecret | Out-Host
    $candidate | Get-Consumers -Name clients | Restart-Consumer | Out-Host
    Wait-SampleCount $sample secretsSeen 2

    # Verify again, then revoke. Revoke-Secret refuses as long as an instance lacks the new secret, or nobody saw it work.
    $health = $candidate | Get-Consumers | Test-RotationHealth -Jwt $sample.WhoAmI -Accepted $new
    if (-not $health.Passed) { throw 'The new secret does not work; put the old one back with Move-StoreSecret.' }
    Get-StoreSecret local:PROXY_JWT_SECRET -Stage Previous | Revoke-Secret -Confirm:$false | Out-Host
    Get-Consumers local:PROXY_JWT_SECRET -Name proxy | Restart-Consumer | Out-Host

    # Prove: every replica refuses the old secret, and lets in the new one.
    $proof = Test-RotationHealth -Jwt $sample.WhoAmI -Accepted $new -Refused $old
    $proof | Out-Host
    if (-not $proof.Passed) { throw 'The old secret still works somewhere.' }
    'The secret as it is now:'
    Get-StoreSecret local:PROXY_JWT_SECRET | Out-Host
    Wait-SampleCount $sample requests 2000
}
finally {
    Get-Consumers | Stop-Consumer
}

$failed = Get-SampleCount $sample failed
"requests: $(Get-SampleCount $sample requests), failed: $failed"
if ($failed -gt 0) { throw 'Requests failed.' }
"the old secret is refused by every replica ($($sample.WhoAmI.Count) of $($sample.WhoAmI.Count))"
