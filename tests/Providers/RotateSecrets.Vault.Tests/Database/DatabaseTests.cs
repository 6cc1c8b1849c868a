using System.Text.Json.Nodes;
using RotateSecrets.Outcomes;
using RotateSecrets.Peers.Vault;
using RotateSecrets.Rotation.Plans;
using RotateSecrets.Rotation.Records;
using RotateSecrets.Secrets;
using RotateSecrets.Stores;
using RotateSecrets.Vault.Tests.Hosting;

namespace RotateSecrets.Vault.Tests.Database;

/// <summary>Static roles and the root of a database engine, on PostgreSQL.</summary>
public abstract class DatabaseTests : IAsyncLifetime
{
    private PostgresServer database = null!;
    private ISecretStore store = null!;

    protected abstract string Mount { get; }

    private protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private SecretAddress Password => SecretAddress.Parse($"vault:{Mount}static-creds/app");

    private SecretAddress Root => SecretAddress.Parse($"vault:{Mount}config/orders");

    public async ValueTask InitializeAsync()
    {
        database = await PostgresServer.StartAsync();
        await database.ExecuteAsync("CREATE USER engine WITH CREATEROLE SUPERUSER PASSWORD 'the first'; CREATE USER app WITH PASSWORD 'nobody knows'");
        store = await ConnectAsync();
        await SendAsync($"{Mount}config/orders", new JsonObject
        {
            ["plugin_name"] = "postgresql-database-plugin",
            ["connection_url"] = database.Address,
            ["username"] = "engine",
            ["password"] = "the first",
            ["allowed_roles"] = "*",
        });
        await SendAsync($"{Mount}static-roles/app", new JsonObject
        {
            ["db_name"] = "orders",
            ["username"] = "app",
            ["rotation_period"] = "86400s",
            ["rotation_statements"] = new JsonArray("ALTER USER \"{{name}}\" WITH PASSWORD '{{password}}';"),
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (store is not null)
        {
            await store.DisposeAsync();
        }

        if (database is not null)
        {
            await database.DisposeAsync();
        }

        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_static_role_is_rotated_by_a_plan_and_the_database_takes_the_new_password_alone()
    {
        var before = await ReadAsync();
        Assert.True(await database.LetsInAsync("app", before));
        await using var house = await RotationHouse.BuildAsync(store, Password, 0);

        var rotation = await house.RunAsync();

        Assert.True(rotation.State == RotationState.Completed, $"{rotation.State}: {rotation.Message}");
        Assert.Equal(nameof(StrategyKind.Delegated), rotation.Strategy);
        store = await ConnectAsync();
        var after = await ReadAsync();
        Assert.NotEqual(before, after);
        Assert.True(await database.LetsInAsync("app", after));
        Assert.False(await database.LetsInAsync("app", before));
    }

    [Fact]
    public async Task Asked_again_for_the_rotation_of_a_version_that_is_gone_it_rotates_nothing()
    {
        var first = Good(await store.ReadAsync(Password, VersionSelector.Current, Cancellation));
        first.Value!.Dispose();
        var rotated = Good(await ((ISelfRotatingStore)store).RotateAsync(Password, "run", first.Id, Cancellation));
        var password = await ReadAsync();

        var again = Good(await ((ISelfRotatingStore)store).RotateAsync(Password, "run", first.Id, Cancellation));

        Assert.Equal(rotated.Id, again.Id);
        Assert.Equal(password, await ReadAsync());
    }

    [Fact]
    public async Task A_role_that_cannot_log_in_as_it_is_is_not_rotated()
    {
        var before = await ReadAsync();
        await database.ExecuteAsync("ALTER USER app WITH PASSWORD 'changed by hand'");

        var access = Good(await store.CheckAccessAsync(Password, StoreAccess.Rotate & ~StoreAccess.Write, Cancellation));
        var failure = (await ((ISelfRotatingStore)store).RotateAsync(Password, "run", null, Cancellation)).Failure;

        Assert.Equal(StoreAccess.Promote, access.Missing);
        Assert.Contains(access.Findings, static finding => finding.Contains("refuses app", StringComparison.Ordinal));
        Assert.Equal(FailureCode.ProbeFailed, failure?.Code);
        Assert.Contains("Nothing was touched", failure!.Message, StringComparison.Ordinal);
        Assert.Equal(before, await ReadAsync());
        Assert.True(await database.LetsInAsync("app", "changed by hand"));
    }

    [Fact]
    public async Task A_database_that_is_away_is_not_said_to_be_rotated()
    {
        var before = await ReadAsync();
        await database.StopAsync();

        var failure = (await ((ISelfRotatingStore)store).RotateAsync(Password, "run", null, Cancellation)).Failure;

        Assert.Equal(FailureCode.StoreUnavailable, failure?.Code);
        await database.ContinueAsync();
        Assert.True(await database.LetsInAsync("app", before));
    }

    [Fact]
    public async Task The_engine_changes_its_own_password_and_goes_on_with_the_new_one()
    {
        var rotated = Good(await ((IRootRotatingStore)store).RotateRootAsync(Root, Cancellation));

        Assert.Contains("before and afterwards", rotated.Evidence, StringComparison.Ordinal);
        Assert.False(await database.LetsInAsync("engine", "the first"));
        var before = await ReadAsync();
        Good(await ((ISelfRotatingStore)store).RotateAsync(Password, "run", null, Cancellation));
        Assert.NotEqual(before, await ReadAsync());
    }

    [Fact]
    public async Task An_engine_that_cannot_log_in_is_told_before_its_password_is_touched()
    {
        await database.ExecuteAsync("ALTER USER engine WITH PASSWORD 'changed by hand'");

        var failure = (await ((IRootRotatingStore)store).RotateRootAsync(Root, Cancellation)).Failure;

        Assert.Equal(FailureCode.ProbeFailed, failure?.Code);
        Assert.Contains("nothing was touched", failure!.Message, StringComparison.Ordinal);
        Assert.True(await database.LetsInAsync("engine", "changed by hand"));
    }

    [Theory]
    [InlineData("static-creds/nobody", FailureCode.SecretNotFound)]
    [InlineData("creds/app", FailureCode.NotSupported)]
    [InlineData("static-creds", FailureCode.NotSupported)]
    public async Task What_is_no_static_role_is_said_to_be_none(string path, FailureCode code)
    {
        var failure = (await store.ReadAsync(SecretAddress.Parse($"vault:{Mount}{path}"), VersionSelector.Current, Cancellation)).Failure;
        Assert.Equal(code, failure?.Code);
        Assert.NotNull(failure!.Remedy);
    }

    [Fact]
    public async Task A_static_role_is_neither_written_nor_brought_back()
    {
        using var value = SecretValue.FromText("a password of mine");
        Assert.Equal(FailureCode.NotSupported, (await store.PutAsync(new PutRequest(Password, value, SecretStage.Current, "t"), Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.NotSupported, (await store.PromoteAsync(Password, "1", null, Cancellation)).Failure?.Code);
        Assert.Equal(FailureCode.NotSupported, (await store.RemoveAsync(Password, Cancellation)).Failure?.Code);
    }

    private protected abstract Task<ISecretStore> ConnectAsync();

    private protected abstract Task<int> PostAsync(string path, string json);

    private protected abstract ValueTask CleanAsync();

    private static T Good<T>(Outcome<T> outcome)
        where T : notnull => RotationHouse.Value(outcome);

    private async Task SendAsync(string path, JsonObject body) => Assert.InRange(await PostAsync(path, body.ToJsonString()), 200, 299);

    private async Task<string> ReadAsync()
    {
        using var value = Good(await store.ReadAsync(Password, VersionSelector.Current, Cancellation)).Value!;
        return value.Reveal();
    }
}

/// <summary>The database engine of a server that only answers as Vault does, on a real PostgreSQL.</summary>
public sealed class DoubleDatabaseTests : DatabaseTests
{
    private VaultDouble? server;

    protected override string Mount => "database/";

    private protected override async Task<ISecretStore> ConnectAsync()
    {
        server ??= await VaultDouble.StartAsync();
        return await Doors.ConnectAsync(server);
    }

    private protected override async Task<int> PostAsync(string path, string json)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("X-Vault-Token", server!.RootToken);
        using var response = await client.PostAsync(new Uri(server.Address, $"v1/{path}"), new StringContent(json), Cancellation);
        return (int)response.StatusCode;
    }

    private protected override async ValueTask CleanAsync()
    {
        if (server is not null)
        {
            await server.DisposeAsync();
        }
    }
}

/// <summary>The database engine of the server that VAULT_ADDR names.</summary>
public sealed class RealDatabaseTests : DatabaseTests
{
    private readonly string mount = $"rotatesecrets-test-{Guid.NewGuid():N}/";
    private bool isMounted;

    protected override string Mount => mount;

    private protected override async Task<ISecretStore> ConnectAsync()
    {
        await RealServer.NeedAsync();
        if (!isMounted)
        {
            Assert.InRange((await RealServer.PostAsync($"sys/mounts/{mount.TrimEnd('/')}", """{"type":"database"}""")).Status, 200, 299);
            isMounted = true;
        }

        return await RealServer.ConnectAsync();
    }

    private protected override async Task<int> PostAsync(string path, string json) => (await RealServer.PostAsync(path, json)).Status;

    private protected override async ValueTask CleanAsync()
    {
        if (isMounted)
        {
            await RealServer.SendAsync(HttpMethod.Delete, $"sys/mounts/{mount.TrimEnd('/')}", null);
        }
    }
}
