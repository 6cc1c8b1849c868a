@{
    RootModule           = 'RotateSecrets.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '7d0c2a52-3f7e-4a60-9d7a-5f6f3c1f9b0e'
    Author               = 'RotateSecrets contributors'
    CompanyName          = 'RotateSecrets contributors'
    Copyright            = 'Copyright (c) RotateSecrets contributors. MIT License.'
    Description          = 'Rotates secrets without an outage, a leak or a doubt: finds every consumer, stages, rolls out, verifies, promotes, revokes and proves it.'
    PowerShellVersion    = '7.4'
    CompatiblePSEditions = @('Core')
    RequiredAssemblies   = @('RotateSecrets.Core.dll')
    FormatsToProcess     = @('RotateSecrets.Format.ps1xml')
    TypesToProcess       = @('RotateSecrets.Types.ps1xml')
    FunctionsToExport    = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Connect-SecretStore'
        'Disconnect-SecretStore'
        'Get-Consumer'
        'Get-SecretLease'
        'Get-SecretRotation'
        'Get-SecretStore'
        'Get-StoreAuditEvent'
        'Get-StoreSecret'
        'Invoke-SecretRotation'
        'Move-StoreSecret'
        'New-RotationPlan'
        'New-SecretValue'
        'New-StorePolicy'
        'Restart-Consumer'
        'Resume-SecretRotation'
        'Revoke-Secret'
        'Revoke-SecretLease'
        'Set-StoreSecret'
        'Start-Consumer'
        'Stop-Consumer'
        'Test-RotationHealth'
        'Test-RotationPlan'
        'Test-StoreAccess'
        'Export-RotationReport'
        'Test-StorePolicy'
        'Undo-SecretRotation'
        'Update-Consumer'
        'Update-StoreCredential'
    )
    AliasesToExport      = @('Get-Consumers')
    PrivateData          = @{
        PSData = @{
            Tags       = @('Secret', 'Rotation', 'Security', 'Vault', 'Kubernetes', 'GitHub', 'AWS', 'PSEdition_Core', 'Linux', 'MacOS', 'Windows')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
