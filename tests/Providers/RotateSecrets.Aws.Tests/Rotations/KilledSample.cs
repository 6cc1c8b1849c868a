using System.Diagnostics;
using System.Text.Json.Nodes;
using AwsDouble;
using RotateSecrets.Rotation;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using Rotator;

namespace RotateSecrets.Aws.Tests.Rotations;

/// <summary>A secret and a plan for it, and rotations in processes of their own, which are killed at a request that they make.</summary>
internal sealed class KilledSample : IAsyncDisposable
{
    public const string Old = "canary-value-one";

    public const int Killed = 137;

    /// <summary>The parameter that a sample of Parameter Store has.</summary>
    public static SecretAddress Parameter { get; } = SecretAddress.Parse("ssm:/prod/proxy/jwt");

    private const string Name = "prod/proxy/jwt";

    private readonly string folder = Directory.CreateTempSubdirectory("rotatesecrets-kill-").FullName;

    private KilledSample(DoubleServer server) => Server = server;

    public DoubleServer Server { get; }

    public IReadOnlyList<SecretRow> Versions => Server.Secrets.Get(Name).Versions;

    public static async Task<KilledSample> StartAsync(string strategy = "Staged")
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGKILL.");
        var fixture = await AwsFixture.StartAsync();
        await fixture.PutAsync(SecretAddress.Parse($"aws:{Name}"), Old, SecretStage.Current);
        await fixture.Store.DisposeAsync();
        return await new KilledSample(fixture.Server).WithPlanAsync($"aws:{Name}", strategy);
    }

    /// <summary>The same for a parameter, whose readers ask for the label Current, or for none.</summary>
    public static async Task<KilledSample> StartWithParameterAsync(bool isLabelled, string strategy)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGKILL.");
        var server = await DoubleServer.StartAsync();
        server.Parameters.Call("PutParameter", new() { ["Name"] = Parameter.Path, ["Value"] = Old, ["Type"] = "SecureString" });
        if (isLabelled)
        {
            server.Parameters.Call("LabelParameterVersion", new() { ["Name"] = Parameter.Path, ["ParameterVersion"] = 1L, ["Labels"] = new JsonArray("Current") });
        }

        return await new KilledSample(server).WithPlanAsync(Parameter.ToString(), strategy);
    }

    public void Change(Func<Secret, Secret> change) => Server.Secrets.Change(Name, change);

    /// <summary>Runs a rotation, its continuation or its way back to its end, or to its death.</summary>
    /// <param name="verb">invoke, resume or undo.</param>
    /// <param name="point">The request at which it is killed; null for none.</param>
    /// <param name="environment">What leads to credentials; nothing for the keys themselves.</param>
    public async Task<(int ExitCode, string Output)> RunAsync(string verb, KillPoint? point = null, params (string Name, string Value)[] environment)
    {
        using var rotator = new Process
        {
            StartInfo = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Rotator.dll"), folder, verb, "-1"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment =
                {
                    ["AWS_ENDPOINT_URL"] = Server.Address,
                    ["AWS_REGION"] = Server.Region,
                },
            },
        };
        foreach (var (name, value) in environment.Length > 0 ? environment : [("AWS_ACCESS_KEY_ID", DoubleServer.AccessKey), ("AWS_SECRET_ACCESS_KEY", DoubleServer.SecretKey)])
        {
            rotator.StartInfo.Environment[name] = value;
        }

        var left = point?.Number ?? 0;
        Server.Goes = (operation, isDone) =>
        {
            if (point is null || isDone != point.IsAfter || (point.Operation is not null && operation != point.Operation) || Interlocked.Decrement(ref left) != 0)
            {
                return true;
            }

            rotator.Kill();
            return false;
        };
        rotator.Start();
        var errors = rotator.StandardError.ReadToEndAsync(AwsFixture.Cancellation);
        var output = await rotator.StandardOutput.ReadToEndAsync(AwsFixture.Cancellation);
        await rotator.WaitForExitAsync(AwsFixture.Cancellation);
        return (rotator.ExitCode, output + await errors);
    }

    /// <summary>The youngest rotation, as the journal tells it.</summary>
    public async Task<SecretRotation> YoungestAsync()
    {
        await using var world = await World.OpenAsync(folder);
        await foreach (var id in world.Journal.ListAsync(new RotationQuery { Limit = 1 }, AwsFixture.Cancellation))
        {
            return SecretRotation.Of(World.Of(id), World.Of(await world.Journal.ReadAsync(World.Of(id), AwsFixture.Cancellation)));
        }

        throw new InvalidOperationException("There is no rotation.");
    }

    private async Task<KilledSample> WithPlanAsync(string address, string strategy)
    {
        var plan = new JsonObject { ["Address"] = address, ["Strategy"] = strategy };
        await File.WriteAllTextAsync(Path.Combine(folder, "plan.json"), plan.ToJsonString(), AwsFixture.Cancellation);
        return this;
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>A request at which a process is killed.</summary>
/// <param name="Operation">Its operation; null for any.</param>
/// <param name="Number">The how-manieth of these it is, counted from 1.</param>
/// <param name="IsAfter">Whether it has taken effect by then.</param>
public sealed record KillPoint(string? Operation, int Number, bool IsAfter);
