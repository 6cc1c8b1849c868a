#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# What only a real pwsh can show: its own binder, formatter and serialiser, on the module as it is built. The rest is tested from .NET.

BeforeAll {
    $manifest = Join-Path $PSScriptRoot '..' '..' 'out' 'RotateSecrets' 'RotateSecrets.psd1'
    $env:ROTATESECRETS_HOME = Join-Path ([IO.Path]::GetTempPath()) "rotatesecrets-pester-$PID"
    Import-Module $manifest -Force
    $store = Join-Path $TestDrive 'secrets.db'
}

AfterAll {
    Remove-Module RotateSecrets -ErrorAction Ignore
    Remove-Item $env:ROTATESECRETS_HOME -Recurse -Force -ErrorAction Ignore
}

Describe 'The module' {
    It 'has a valid manifest' { Test-ModuleManifest $manifest | Should -Not -BeNullOrEmpty }
    It 'exports Get-Consumers as an alias' { (Get-Alias Get-Consumers).ResolvedCommandName | Should -Be 'Get-Consumer' }
    It 'has help with two examples for <_>' -ForEach (Get-Command -Module RotateSecrets -CommandType Cmdlet | ForEach-Object Name) {
        (Get-Help $_ -Full).examples.example.Count | Should -BeGreaterOrEqual 2
    }
    It 'is imported again with -Force' { { Import-Module $manifest -Force } | Should -Not -Throw }
}

Describe 'New-SecretValue' {
    It 'makes 64 hexadecimal digits, as openssl rand -hex 32 does' { (New-SecretValue).Reveal() | Should -MatchExactly '^[0-9a-f]{64}$' }
    It 'refuses less than 128 bits' { { New-SecretValue -ByteCount 8 } | Should -Throw -ErrorId 'ValueTooWeak,RotateSecrets.Commands.NewSecretValueCommand' }
    It 'makes an Ed25519 key' { (New-SecretValue -Ed25519).PublicKey | Should -BeLike '-----BEGIN PUBLIC KEY-----*' }
}

Describe 'The embedded store' {
    BeforeAll { $null = Connect-SecretStore -Local $store }
    AfterAll { Disconnect-SecretStore local }

    It 'keeps what is piped to it' {
        $value = New-SecretValue
        $version = $value | Set-StoreSecret local:X
        $version.Stage | Should -Be 'Current'
        (Get-StoreSecret local:X -Reveal).Value | Should -Be $value
    }
    It 'takes a SecureString and a PSCredential' {
        $secure = ConvertTo-SecureString 'canary' -AsPlainText -Force
        $null = Set-StoreSecret local:S -Value $secure -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $null = [pscredential]::new('user', $secure) | Set-StoreSecret local:C
        (Get-StoreSecret local:S -Reveal).Value | Should -Be (Get-StoreSecret local:C -Reveal).Value
    }
    It 'shows no value when formatted, converted or serialised' {
        $null = 'canary-5fd2c1' | Set-StoreSecret local:L -WarningAction Ignore
        $read = Get-StoreSecret local:L -Reveal
        ($read | Format-List * | Out-String) | Should -Not -Match 'canary'
        ($read | Format-Table -AutoSize | Out-String -Width 500) | Should -Not -Match 'canary'
        ($read | ConvertTo-Json -Depth 6) | Should -Not -Match 'canary'
        [Management.Automation.PSSerializer]::Serialize($read, 6) | Should -Not -Match 'canary'
        ($read | Export-Csv (Join-Path $TestDrive 'x.csv') -PassThru:$false); Get-Content (Join-Path $TestDrive 'x.csv') -Raw | Should -Not -Match 'canary'
    }
    It 'never revokes the current version' {
        { Get-StoreSecret local:X -Stage Current | Revoke-Secret -Force -Confirm:$false -ErrorAction Stop } |
            Should -Throw -ErrorId 'StageForbidden,RotateSecrets.Commands.RevokeSecretCommand'
    }
    It 'says where an address is malformed' {
        { Get-StoreSecret 'local' -ErrorAction Stop } | Should -Throw -ErrorId 'AddressMalformed,RotateSecrets.Commands.GetStoreSecretCommand'
    }
    It 'writes no secret to a transcript' {
        $transcript = Join-Path $TestDrive 'transcript.txt'
        Start-Transcript $transcript | Out-Null
        try { Get-StoreSecret local:L -Reveal | Out-Host } finally { Stop-Transcript | Out-Null }
        Get-Content $transcript -Raw | Should -Not -Match 'canary'
    }
    It 'completes addresses' {
        (TabExpansion2 'Get-StoreSecret local:' ).CompletionMatches.CompletionText | Should -Contain 'local:X'
    }
}
