# Done wrong on purpose: every replica is stopped before the first is started again.
param([string] $Examples, [string] $Folder)

$ErrorActionPreference = 'Stop'
. "$Examples/sample-services.ps1"
$sample = New-SampleService -Folder $Folder -Replica 3
try {
    $null = Connect-SecretStore -Local "$Folder/secrets.db" -ServicesFile $sample.ServicesFile
    $null = New-SecretValue | Set-StoreSecret local:PROXY_JWT_SECRET
    Get-Consumers | Start-Consumer
    Wait-SampleCount $sample requests 200
    Get-Consumers -Name proxy | Stop-Consumer
    Get-Consumers -Name proxy | Start-Consumer
    Wait-SampleCount $sample requests 500
}
finally {
    Get-Consumers | Stop-Consumer
}
"requests: $(Get-SampleCount $sample requests), failed: $(Get-SampleCount $sample failed)"
