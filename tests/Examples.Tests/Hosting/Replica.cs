namespace Examples.Tests.Hosting;

/// <summary>A replica of the proxy: always at the same address, whichever process is there.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly HttpClient client = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly IReadOnlyDictionary<string, string?> environment;
    private ExampleProgram program;

    public Replica(Uri endpoint, IReadOnlyDictionary<string, string?> environment)
    {
        Endpoint = endpoint;
        this.environment = environment;
        program = Run();
    }

    public Uri Endpoint { get; }

    /// <summary>What the processes that have ended left behind.</summary>
    public List<ProgramExit> Exits { get; } = [];

    public Task HealthyAsync() => Wait.ForAsync($"{Endpoint} to be healthy", async () =>
    {
        Assert.False(program.HasExited, $"{Endpoint} has ended");
        try
        {
            using var response = await GetAsync("/healthz");
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    });

    public void AskToStop() => program.AskToStop();

    public async Task StopAsync()
    {
        program.AskToStop();
        var exit = await program.ExitAsync();
        Exits.Add(exit);
        Assert.Equal(0, exit.Code);
    }

    public Task KillAsync()
    {
        program.Kill();
        return program.ExitAsync();
    }

    public async Task StartAgainAsync()
    {
        await program.DisposeAsync();
        program = Run();
        await HealthyAsync();
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAgainAsync();
    }

    /// <param name="path">The page.</param>
    /// <param name="authorization">The header of that name; null for none.</param>
    public async Task<HttpResponseMessage> GetAsync(string path, string? authorization = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Endpoint, path));
        if (authorization is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("Authorization", authorization));
        }

        return await client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await program.DisposeAsync();
    }

    private ExampleProgram Run() => ExampleProgram.Start("proxy", environment, "--urls", Endpoint.GetLeftPart(UriPartial.Authority));
}
