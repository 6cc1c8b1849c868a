# Done wrong on purpose: the old secret is replaced, taken from the clients and revoked before any replica knows the new one.
param([string] $Examples, [string] $Folder, [switch] $Force)

$ErrorActionPreference = 'Stop'
. "$Examples/sample-services.ps1"
$sample = New-SampleService -Folder $Folder -Replica 3
try {
    $null = Connect-SecretStore -Local "$Folder/secrets.db" -ServicesFile $sample.ServicesFile
    $null = New-SecretValue | Set-StoreSecret local:PROXY_JWT_SECRET
    Get-Consumers | Start-Consumer
    Wait-SampleCount $sample requests 200
    $new = New-SecretValue | Set-StoreSecret local:PROXY_JWT_SECRET

    # Somebody looked, and all was well: the replicas still have the old secret.
    $null = $new | Get-Consumers | Test-RotationHealth
    Get-StoreSecret local:PROXY_JWT_SECRET -Stage Previous | Revoke-Secret -Force:$Force -Confirm:$false
    $null = Get-Consumers -Name clients | Restart-Consumer
    Wait-SampleCount $sample secretsSeen 2
    Wait-SampleCount $sample failed 1
    $null = Get-Consumers -Name proxy | Restart-Consumer
}
finally {
    Get-Consumers | Stop-Consumer
}
"requests: $(Get-SampleCount $sample requests), failed: $(Get-SampleCount $sample failed)"
