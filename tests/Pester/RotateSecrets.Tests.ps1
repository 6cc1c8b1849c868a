#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.5.0' }

# What only a real pwsh can show: its own binder, formatter, serialiser, jobs and completion, on the module as it is built. The rest is tested from .NET.

BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot '..' '..' 'out' 'RotateSecrets' 'RotateSecrets.psd1') -Force
    $cmdlets = (Get-Command -Module RotateSecrets -CommandType Cmdlet).Name
}

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
    It 'has help with a synopsis and two examples for <_>' -ForEach $cmdlets {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.examples.example.Count | Should -BeGreaterOrEqual 2
    }
    It 'explains itself' { Get-Help about_RotateSecrets | Out-String | Should -Match 'Pending' }
    It 'is imported again with -Force' { { Import-Module $manifest -Force } | Should -Not -Throw }
    It 'is found by the names of its commands alone' {
        $root = Join-Path $TestDrive 'modules'
        $null = New-Item (Join-Path $root 'RotateSecrets') -ItemType Directory -Force
        Copy-Item (Join-Path (Split-Path $manifest) '*') (Join-Path $root 'RotateSecrets') -Recurse
        $found = pwsh -NoProfile -Command "`$env:PSModulePath = '$root'; (Get-Command Get-Consumers).Name; (New-SecretValue).GetType().Name"
        $found | Should -Be 'Get-Consumers', 'SecretValue'
    }
    It 'has an approved verb in every name' {
        foreach ($command in Get-Command -Module RotateSecrets -CommandType Cmdlet) { (Get-Verb $command.Verb) | Should -Not -BeNullOrEmpty -Because $command.Name }
    }
}

Describe 'New-SecretValue' {
    It 'makes 64 hexadecimal digits, as openssl rand -hex 32 does' { (New-SecretValue).Reveal() | Should -MatchExactly '^[0-9a-f]{64}$' }
    It 'refuses less than 128 bits' { { New-SecretValue -ByteCount 8 } | Should -Throw -ErrorId 'ValueTooWeak,RotateSecrets.Commands.NewSecretValueCommand' }
    It 'makes an Ed25519 key' { (New-SecretValue -Ed25519).PublicKey | Should -BeLike '-----BEGIN PUBLIC KEY-----*' }
    It 'shows no value when it is put into a string' {
        $value = New-SecretValue
        "$value" | Should -Not -Match $value.Reveal()
        ($value | Out-String) | Should -Not -Match $value.Reveal()
        ('{0}' -f $value) | Should -Not -Match $value.Reveal()
    }
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
    It 'warns of a value that was a string before' {
        $null = 'canary-5fd2c1' | Set-StoreSecret local:L -WarningVariable warnings -WarningAction SilentlyContinue
        $warnings | Should -Not -BeNullOrEmpty
        "$warnings" | Should -Not -Match 'canary'
    }
    It 'shows no value when formatted, converted or serialised' {
        $null = 'canary-5fd2c1' | Set-StoreSecret local:L -WarningAction Ignore
        $read = Get-StoreSecret local:L -Reveal
        ($read | Format-List * | Out-String) | Should -Not -Match 'canary'
        ($read | Format-Table -AutoSize | Out-String -Width 500) | Should -Not -Match 'canary'
        ($read | Format-Custom | Out-String) | Should -Not -Match 'canary'
        ($read | ConvertTo-Json -Depth 6) | Should -Not -Match 'canary'
        ($read | ConvertTo-Html | Out-String) | Should -Not -Match 'canary'
        [Management.Automation.PSSerializer]::Serialize($read, 6) | Should -Not -Match 'canary'
        $read | Export-Csv (Join-Path $TestDrive 'x.csv')
        $read | Export-Clixml (Join-Path $TestDrive 'x.xml') -Depth 6
        foreach ($file in 'x.csv', 'x.xml') { Get-Content (Join-Path $TestDrive $file) -Raw | Should -Not -Match 'canary' }
    }
    It 'sends no value out of a job' {
        $job = Start-Job -ArgumentList $manifest, (Join-Path $TestDrive 'job.db') {
            Import-Module $args[0]
            $null = Connect-SecretStore -Local $args[1]
            $null = 'canary-91ab' | Set-StoreSecret local:J -WarningAction Ignore
            Get-StoreSecret local:J -Reveal
        }
        $read = $job | Receive-Job -Wait -AutoRemoveJob
        $read.Address | Should -Be 'local:J'
        ($read | ConvertTo-Json -Depth 8) | Should -Not -Match 'canary'
        ($read.Value | Out-String) | Should -Not -Match 'canary'
    }
    It 'works in parallel runspaces' {
        $read = 1..6 | ForEach-Object -Parallel {
            Import-Module $using:manifest
            $null = Connect-SecretStore -Local (Join-Path $using:TestDrive "parallel-$_.db")
            $null = New-SecretValue | Set-StoreSecret "local:P$_"
            (Get-StoreSecret "local:P$_").Stage
        }
        $read | Should -Be (@('Current') * 6)
    }
    It 'says with -WhatIf what it would do, and does nothing' {
        New-SecretValue | Set-StoreSecret local:NEVER -WhatIf
        { Get-StoreSecret local:NEVER -ErrorAction Stop } | Should -Throw -ErrorId 'SecretNotFound,*'
    }
    It 'never revokes the current version' {
        { Get-StoreSecret local:X -Stage Current | Revoke-Secret -Force -Confirm:$false -ErrorAction Stop } |
            Should -Throw -ErrorId 'StageForbidden,RotateSecrets.Commands.RevokeSecretCommand'
    }
    It 'says where an address is malformed' {
        { Get-StoreSecret 'local' -ErrorAction Stop } | Should -Throw -ErrorId 'AddressMalformed,RotateSecrets.Commands.GetStoreSecretCommand'
    }
    It 'takes its addresses by the names of properties' {
        $null = New-SecretValue | Set-StoreSecret local:N1
        $null = New-SecretValue | Set-StoreSecret local:N2
        $rows = [pscustomobject]@{ Address = 'local:N1' }, [pscustomobject]@{ Address = 'local:N2' }
        ($rows | Get-StoreSecret).Id | Should -Be 1, 1
    }
    It 'goes on after one of several that fail' {
        $read = 'local:N1', 'local:MISSING', 'local:N2' | Get-StoreSecret -ErrorVariable failed -ErrorAction SilentlyContinue
        $read.Count | Should -Be 2
        $failed.Count | Should -Be 1
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
    It 'completes the stores that are connected' {
        (TabExpansion2 'Disconnect-SecretStore ').CompletionMatches.CompletionText | Should -Contain 'local'
    }
}

Describe 'A whole rotation' {
    BeforeAll {
        $null = Connect-SecretStore -Local $store
        $null = New-SecretValue | Set-StoreSecret local:WHOLE
        $plan = Join-Path $TestDrive 'whole.rotation.psd1'
        $null = New-RotationPlan local:WHOLE $plan -Owner 'the suite'
    }
    AfterAll { Disconnect-SecretStore local }

    It 'writes a plan that PowerShell reads as data' { (Import-PowerShellDataFile $plan).Keys.Count | Should -BeGreaterThan 1 }
    It 'finds the plan good' { Test-RotationPlan $plan -Quiet | Should -BeTrue }
    It 'changes nothing with -WhatIf' {
        Invoke-SecretRotation $plan -WhatIf *> $null
        (Get-StoreSecret local:WHOLE -Stage Current).Id | Should -Be 1
    }
    It 'carries the plan out, and finds it again' {
        $rotation = Invoke-SecretRotation $plan -Confirm:$false
        $rotation.State | Should -Be 'Completed'
        (Get-StoreSecret local:WHOLE -Stage Current).Id | Should -Be 2
        (Get-SecretRotation -Id $rotation.Id).State | Should -Be 'Completed'
    }
    It 'shows what people read, also behind objects of another type' {
        $shown = & { Get-SecretStore; New-RotationPlan local:WHOLE (Join-Path $TestDrive 'shown.rotation.psd1'); Test-RotationPlan $plan; Get-SecretRotation; Get-StoreSecret local:WHOLE } | Out-String
        $shown | Should -Match 'Strategy'
        $shown | Should -Not -Match 'System\.|RotateSecrets\.|\{ \w+ = '
    }
    It 'reports it' {
        $report = Join-Path $TestDrive 'report.md'
        $null = Get-SecretRotation | Select-Object -First 1 | Export-RotationReport -Path $report
        Get-Content $report -Raw | Should -Match 'local:WHOLE'
    }
}

Describe 'The examples' {
    It 'carries out <_>' -ForEach 'planned-rotation', 'routine-rotation', 'emergency-rotation' {
        $said = pwsh -NoProfile -File (Join-Path $PSScriptRoot '..' '..' 'docs' 'examples' "$_.ps1") 2>&1
        $LASTEXITCODE | Should -Be 0 -Because ($said | Select-Object -Last 5 | Out-String)
        ($said -match '^requests: [1-9]\d*, failed: 0$').Count | Should -Be 1
    }
}
