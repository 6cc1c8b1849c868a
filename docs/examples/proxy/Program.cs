// A service as a platform runs it, in several replicas: it lets in whoever shows a token that was signed with the shared secret.
//
//   PROXY_JWT_SECRET=... PROXY_REPLICA=one dotnet run --project docs/examples/proxy -- --urls http://127.0.0.1:8081

using Examples.Proxy;

if (!ProxySettings.TryRead(Environment.GetEnvironmentVariable, out var settings, out var problem))
{
    await Console.Error.WriteLineAsync($"proxy: {problem}");
    return ProxySettings.ExitCode;
}

// Its configuration doesn't change while it runs; to watch for that would make the start slower.
var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false", .. args]);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddHostedService(_ => new Drain(settings.Drain));
builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.Drain + TimeSpan.FromSeconds(20));

await using var app = builder.Build();
var tokens = new TokenCheck(settings.Keys, TimeProvider.System);
var stopping = app.Lifetime.ApplicationStopping;

app.Use((context, next) =>
{
    context.Response.OnStarting(() =>
    {
        if (stopping.IsCancellationRequested)
        {
            context.Response.Headers.Connection = "close";
        }

        return Task.CompletedTask;
    });
    return next(context);
});

app.MapGet("/healthz", context =>
{
    var draining = stopping.IsCancellationRequested;
    context.Response.StatusCode = draining ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
    return context.Response.WriteAsync(draining ? "draining" : "healthy");
});

app.MapGet("/whoami", context =>
{
    if (tokens.SubjectOf(context.Request.Headers.Authorization) is { } subject)
    {
        return context.Response.WriteAsJsonAsync(new Caller(subject, settings.Replica), ProxyJson.Default.Caller);
    }

    context.Response.StatusCode = StatusCodes.Status401Unauthorized;
    context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
    return Task.CompletedTask;
});

await app.StartAsync();
Console.WriteLine($"proxy {settings.Replica}: serving on {string.Join(", ", app.Urls)}, accepting {settings.Keys.Count} secret(s)");
await app.WaitForShutdownAsync();
Console.WriteLine($"proxy {settings.Replica}: stopped");
return 0;
