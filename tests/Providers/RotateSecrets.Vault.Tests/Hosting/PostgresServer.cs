using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace RotateSecrets.Vault.Tests.Hosting;

/// <summary>A PostgreSQL server of the test's own, on the loopback interface, that asks everybody for a password.</summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Reason = "Install PostgreSQL (Debian: postgresql), whose initdb and postgres have to be under /usr/lib/postgresql or on the PATH.";

    private readonly string folder;
    private readonly string programs;
    private readonly string password;
    private Process? process;

    private PostgresServer(string programs, string folder, string password, int port)
    {
        this.programs = programs;
        this.folder = folder;
        this.password = password;
        Port = port;
    }

    public int Port { get; }

    /// <summary>What a database engine is told.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"postgresql://{{{{username}}}}:{{{{password}}}}@127.0.0.1:{Port}/postgres?sslmode=disable");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Starts one; skips the test where PostgreSQL isn't installed.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        var installed = FindPrograms();
        Assert.SkipWhen(installed is null, Reason);
        var own = Directory.CreateTempSubdirectory("rotatesecrets-pg-").FullName;
        if (OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess)
        {
            await RunAsync("chown", "postgres", own);
        }

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var server = new PostgresServer(installed!, own, Guid.NewGuid().ToString("N"), port);
        var secret = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await File.WriteAllTextAsync(secret, server.password, Cancellation);
        try
        {
            await server.AsOwnerAsync("initdb", "-D", server.Data, "-U", "admin", "-A", "scram-sha-256", "--pwfile", secret, "--no-sync");
        }
        finally
        {
            File.Delete(secret);
        }

        await server.ContinueAsync();
        return server;
    }

    /// <summary>Starts it again.</summary>
    public async Task ContinueAsync()
    {
        var start = Owner("postgres", "-D", Data, "-p", Port.ToString(CultureInfo.InvariantCulture), "-h", "127.0.0.1", "-k", Data, "-F");
        process = Process.Start(start);
        while (!await LetsInAsync("admin", password))
        {
            Assert.False(process!.HasExited, "PostgreSQL ended by itself.");
            await Task.Delay(100, Cancellation);
        }
    }

    /// <summary>Stops it, so that nobody is answered.</summary>
    public async Task StopAsync()
    {
        await AsOwnerAsync("pg_ctl", "stop", "-D", Data, "-m", "immediate");
        await process!.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        process = null;
    }

    /// <summary>Carries out a statement as the administrator.</summary>
    public async Task ExecuteAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(Settings("admin", password));
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(Cancellation);
    }

    /// <summary>Whether somebody is let in.</summary>
    public async Task<bool> LetsInAsync(string user, string secret)
    {
        try
        {
            await using var connection = new NpgsqlConnection(Settings(user, secret));
            await connection.OpenAsync(Cancellation);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await StopAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private string Data => Path.Combine(folder, "data");

    private static string? FindPrograms()
    {
        var folders = Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(static version => Path.Combine(version, "bin")) : [];
        return folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator))
            .FirstOrDefault(static bin => File.Exists(Path.Combine(bin, "initdb")) && File.Exists(Path.Combine(bin, "postgres")));
    }

    private string Settings(string user, string secret) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = Port,
        Database = "postgres",
        Username = user,
        Password = secret,
        SslMode = SslMode.Disable,
        Pooling = false,
    }.ConnectionString;

    // It refuses to run as root.
    private ProcessStartInfo Owner(string program, params IEnumerable<string> arguments)
    {
        var path = Path.Combine(programs, program);
        var isRoot = OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess;
        return new ProcessStartInfo(isRoot ? "setpriv" : path, [.. isRoot ? ["--reuid=postgres", "--regid=postgres", "--clear-groups", path] : Array.Empty<string>(), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Path.GetTempPath(),
        };
    }

    private Task AsOwnerAsync(string program, params IEnumerable<string> arguments) => RunAsync(Owner(program, arguments));

    private static Task RunAsync(string program, params IEnumerable<string> arguments) =>
        RunAsync(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false });

    private static async Task RunAsync(ProcessStartInfo start)
    {
        using var run = Process.Start(start)!;
        var said = await Task.WhenAll(run.StandardOutput.ReadToEndAsync(CancellationToken.None), run.StandardError.ReadToEndAsync(CancellationToken.None));
        await run.WaitForExitAsync(CancellationToken.None);
        Assert.True(run.ExitCode == 0, $"{start.FileName}: {said[1]}");
    }
}
