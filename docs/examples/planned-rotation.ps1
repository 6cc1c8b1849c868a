<#
.SYNOPSIS
    The whole runbook as one command: a service's JWT secret is rotated by a plan, under load, and not one request fails.
.DESCRIPTION
    Starts three replicas of the sample service (docs/examples/proxy) and its clients (docs/examples/clients), which know only "the secret that clients use now". Then it writes a
    plan, checks it, and carries it out. Every step is in the journal: kill it at any moment, and Get-SecretRotation | Resume-SecretRotation goes on.
    Everything it needs it starts itself, on free ports and in a folder of its own, and stops in the end.
.PARAMETER Folder
    Where the store, the plan, the services file and the logs go. Default: a new folder under the system's temporary one.
#>
[CmdletBinding()]
param(
    [string] $Folder = [IO.Directory]::CreateTempSubdirectory('planned-rotation-').FullName
)

$ErrorActionPreference = 'Stop'
. "$PSScriptRoot/sample-services.ps1"
$sample = New-SampleService -Folder $Folder -Replica 3

try {
    $null = Connect-SecretStore -Local "$Folder/secrets.db" -ServicesFile $sample.ServicesFile
    $null = New-SecretValue | Set-StoreSecret local:PROXY_JWT_SECRET
    $old = (Get-StoreSecret local:PROXY_JWT_SECRET -Reveal).Value
    Get-Consumers local:PROXY_JWT_SECRET | Start-Consumer
    Wait-SampleCount $sample requests 200

    # The plan: what to rotate, who uses it, in which order, and what must hold before, while and after.
    $plan = "$Folder/proxy-jwt.rotation.psd1"
    $null = New-RotationPlan local:PROXY_JWT_SECRET $plan -Discover -Jwt $sample.WhoAmI -Owner 'engineering security lead'
    'The plan:'
    [IO.File]::ReadAllText($plan)
    Test-RotationPlan $plan | Out-Host

    # All of it.
    $rotation = Invoke-SecretRotation $plan -Confirm:$false
    $rotation | Out-Host
    if ($rotation.State -ne 'Completed') { throw "The rotation ended as $($rotation.State)." }
    Get-StoreSecret local:PROXY_JWT_SECRET | Out-Host

    # It has proven this already; seeing is believing.
    $new = (Get-StoreSecret local:PROXY_JWT_SECRET -Reveal).Value
    $proof = Test-RotationHealth -Jwt $sample.WhoAmI -Accepted $new -Refused $old
    $proof | Out-Host
    if (-not $proof.Passed) { throw 'The old secret still works somewhere.' }
    Wait-SampleCount $sample requests 2000
}
finally {
    Get-Consumers | Stop-Consumer
}

$failed = Get-SampleCount $sample failed
"requests: $(Get-SampleCount $sample requests), failed: $failed"
if ($failed -gt 0) { throw 'Requests failed.' }
"the old secret is refused by every replica ($($sample.WhoAmI.Count) of $($sample.WhoAmI.Count))"
