using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using RotateSecrets.Outcomes;
using RotateSecrets.Secrets;

namespace RotateSecrets.Local.Tests.Replicas;

/// <summary>What would keep an instance from being started again is found while it still runs.</summary>
public sealed class NothingTouchedTests
{
    public static TheoryData<string, FailureCode, string> Obstacles => new()
    {
        { "no current version", FailureCode.VersionNotFound, "none" },
        { "zero byte", FailureCode.ValueInvalid, "a zero byte" },
        { "not UTF-8", FailureCode.ValueInvalid, "no UTF-8 text" },
        { "too long", FailureCode.ValueInvalid, "longer than" },
        { "no program", FailureCode.FileNotFound, "no program 'no-such-program'" },
        { "not executable", FailureCode.FileNotFound, "no program './services.json'" },
        { "no folder", FailureCode.FileNotFound, "no folder" },
        { "no such service", FailureCode.ConsumerNotFound, "no longer declares" },
        { "file in a file", FailureCode.AccessDenied, "can't be written" },
    };

    [Theory]
    [MemberData(nameof(Obstacles))]
    public async Task An_obstacle_is_found_while_the_instances_run(string obstacle, FailureCode code, string words)
    {
        await using var services = ServiceFixture.Script("exec sleep 1000", 2);
        await services.StartAsync();
        var running = services.Running();
        var consumer = await services.ConsumerAsync();
        switch (obstacle)
        {
            case "no current version":
                services.Values.Clear();
                break;
            case "zero byte":
                services.Values[SecretStage.Current] = "canary\0value"u8.ToArray();
                break;
            case "not UTF-8":
                services.Values[SecretStage.Current] = [0xC3, 0x28, 0x61, 0x62];
                break;
            case "too long":
                services.Values[SecretStage.Current] = [.. Enumerable.Repeat((byte)'x', 128 * 1024)];
                break;
            case "no program":
                services.With("command", new JsonArray("no-such-program"));
                break;
            case "not executable":
                services.With("command", new JsonArray("./services.json"));
                break;
            case "no folder":
                services.With("workingDirectory", "no-such-folder");
                break;
            case "no such service":
                services.With("name", "another");
                break;
            case "file in a file":
                services.With("secrets", new JsonArray(new JsonObject { ["address"] = "local:X", ["file"] = "services.json/x" }));
                break;
        }

        Failure? failure = null;
        await foreach (var happened in services.Control.RestartAsync(consumer, services.Request("run"), default))
        {
            failure = happened.Failure;
        }

        Assert.Equal(code, failure?.Code);
        Assert.Contains(words, failure!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", failure.ToString(), StringComparison.Ordinal);
        Assert.Equal(running, services.Running());
    }

    [Fact]
    public async Task A_pending_version_that_is_not_there_leaves_its_variable_unset()
    {
        await using var services = ServiceFixture.Responders(1);
        Environment.SetEnvironmentVariable("SECRET_PENDING", "inherited");
        try
        {
            await services.StartAsync();
        }
        finally
        {
            Environment.SetEnvironmentVariable("SECRET_PENDING", null);
        }

        Assert.Equal("-", (await services.HeldAsync())[0]!.Value.Pending);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("::1")]
    public async Task A_port_that_is_taken_is_told_with_who_has_it(string address)
    {
        await using var services = ServiceFixture.Responders(2);
        var port = services.Service["ports"]![1]!.GetValue<int>();
        using var squatter = new TcpListener(IPAddress.Parse(address), port);
        squatter.Start();

        var failure = await services.FailAsync(services.Control.StartAsync);

        Assert.Equal(FailureCode.PortInUse, failure.Code);
        Assert.Equal("service/2", failure.Target);
        Assert.Contains($"port {port} is taken by process {Environment.ProcessId} (", failure.Message, StringComparison.Ordinal);
        Assert.Single(services.Running());
    }
}
