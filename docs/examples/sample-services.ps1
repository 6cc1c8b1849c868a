# What the example scripts need: the sample service and its clients, built, on free ports, declared in a services file. A bare host has only the engine's own
# cmdlets (no Start-Sleep, no ConvertTo-Json), so this keeps to those and to .NET.

# The module of this clone, unless one is loaded already.
if (-not (Get-Module RotateSecrets)) { Import-Module "$PSScriptRoot/../../out/RotateSecrets/RotateSecrets.psd1" }

function New-SampleService {
    param([string] $Folder, [int] $Replica)

    foreach ($project in 'proxy', 'clients') {
        $build = dotnet build "$PSScriptRoot/$project" --configuration Release --nologo --verbosity quiet
        if ($LASTEXITCODE -ne 0) { throw "docs/examples/$project can't be built:`n$($build -join "`n")" }
    }

    $listeners = @(foreach ($i in 1..$Replica) { [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0) })
    foreach ($listener in $listeners) { $listener.Start() }
    $ports = @(foreach ($listener in $listeners) { $listener.LocalEndpoint.Port })
    foreach ($listener in $listeners) { $listener.Stop() }

    $endpoints = @(foreach ($port in $ports) { "`"--endpoint`", `"http://127.0.0.1:$port`"" }) -join ', '
    $servicesFile = "$Folder/services.json"
    [IO.File]::WriteAllText($servicesFile, @"
{
  "services": [
    {
      "name": "proxy",
      "command": ["dotnet", "$PSScriptRoot/proxy/bin/Release/net10.0/proxy.dll", "--urls", "http://127.0.0.1:{port}"],
      "environment": { "PROXY_REPLICA": "{replica}" },
      "replicas": $Replica,
      "ports": [$($ports -join ', ')],
      "health": "http://127.0.0.1:{port}/healthz",
      "secrets": [
        { "address": "local:PROXY_JWT_SECRET", "environment": "PROXY_JWT_SECRET" },
        { "address": "local:PROXY_JWT_SECRET", "stage": "Pending", "environment": "PROXY_JWT_SECRET_PENDING" },
        { "address": "local:PROXY_JWT_SECRET", "stage": "Previous", "environment": "PROXY_JWT_SECRET_PREVIOUS" }
      ]
    },
    {
      "name": "clients",
      "command": ["dotnet", "$PSScriptRoot/clients/bin/Release/net10.0/clients.dll", $endpoints, "--secret-file", "clients.secret", "--summary", "clients.json"],
      "secrets": [{ "address": "local:PROXY_JWT_SECRET", "file": "clients.secret" }]
    }
  ]
}
"@)

    @{
        ServicesFile = $servicesFile
        Summary      = "$Folder/clients.json"
        WhoAmI       = @(foreach ($port in $ports) { [Uri] "http://127.0.0.1:$port/whoami" })
    }
}

# What the clients have counted so far; nothing before their first request.
function Get-SampleCount {
    param([hashtable] $Sample, [string] $Name)

    if ([IO.File]::Exists($Sample.Summary)) {
        [Text.Json.Nodes.JsonNode]::Parse([IO.File]::ReadAllText($Sample.Summary))[$Name].GetValue[int]()
    }
}

function Wait-SampleCount {
    param([hashtable] $Sample, [string] $Name, [int] $Count)

    $deadline = [DateTime]::UtcNow.AddMinutes(1)
    while ((Get-SampleCount $Sample $Name) -lt $Count) {
        if ([DateTime]::UtcNow -gt $deadline) { throw "Waited in vain until the clients counted $Count $Name." }
        [Threading.Tasks.Task]::Delay(100).Wait()
    }
}
