using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;

namespace AwsDouble;

/// <summary>The double: one HTTP endpoint for all services and regions, as an endpoint URL is for the SDKs.</summary>
public sealed class DoubleServer : IAsyncDisposable
{
    public const string Account = "111122223333";
    public const string AccessKey = "AKIAIOSFODNN7EXAMPLE";
    public const string SecretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

    private static readonly HashSet<string> Writes = new(["CreateSecret", "PutSecretValue", "UpdateSecretVersionStage", "DeleteSecret", "RestoreSecret"], StringComparer.Ordinal);

    private readonly WebApplication app;
    private readonly Lock gate = new();
    private readonly List<Fault> faults = [];
    private readonly Queue<DateTimeOffset> recentWrites = new();

    private DoubleServer(WebApplication app)
    {
        this.app = app;
        Secrets = new SecretsManager(this);
    }

    public string Address => app.Urls.First();

    /// <summary>The region in which secrets are made; the others have replicas.</summary>
    public string Region { get; init; } = "eu-central-1";

    public SecretsManager Secrets { get; }

    public ParameterStore Parameters { get; } = new();

    public int PageSize { get; set; } = 100;

    /// <summary>Whether the first version of a secret gets an id of its own, as with a stand-in that knows tokens only where it has versions.</summary>
    public bool NamesFirstVersionsItself { get; set; }

    /// <summary>How many writes a second are let through; null for any number.</summary>
    public int? WritesPerSecond { get; set; }

    public ConcurrentQueue<Exchange> Exchanges { get; } = new();

    public IEnumerable<string> Operations => Exchanges.Select(static exchange => exchange.Operation);

    public int Throttled { get; private set; }

    /// <summary>Asked of each request as it comes, and again once it has taken effect and before its answer is sent (true), whether it goes on.</summary>
    public Func<string, bool, bool> Goes { get; set; } = static (_, _) => true;

    /// <summary>The number of the account.</summary>
    public string AccountNumber { get; private init; } = Account;

    public static async Task<DoubleServer> StartAsync(int port = 0, string account = Account)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var built = builder.Build();
        var server = new DoubleServer(built) { AccountNumber = account };
        built.Run(server.AnswerAsync);
        await built.StartAsync();
        return server;
    }

    /// <summary>Lets something go wrong.</summary>
    public void Break(params IEnumerable<Fault> more)
    {
        lock (gate)
        {
            faults.AddRange(more);
        }
    }

    /// <summary>Lets nothing go wrong any more.</summary>
    public void Calm()
    {
        lock (gate)
        {
            faults.Clear();
        }
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var body = buffer.ToArray();
        var target = context.Request.Headers["X-Amz-Target"].ToString().Split('.');
        var operation = target[^1];
        var fault = Take(operation);
        string? code = null;
        JsonObject answer;
        try
        {
            if (fault == FaultKind.DropBefore || !Goes(operation, false))
            {
                context.Abort();
                return;
            }

            var isParameter = target[0] == "AmazonSSM";
            var region = SignatureCheck.Verify(context.Request, body, AccessKey, SecretKey, isParameter ? "ssm" : "secretsmanager");
            if (context.Request.ContentType != "application/x-amz-json-1.1")
            {
                throw new ServiceException("SerializationException", "AWS JSON 1.1 is spoken here.");
            }

            Refuse(fault, operation);
            var asked = JsonNode.Parse(body)!.AsObject();
            answer = isParameter ? Parameters.Call(operation, asked) : Secrets.Call(operation, region, asked);
        }
        catch (ServiceException e)
        {
            code = e.Code;
            context.Response.StatusCode = e.Status;
            answer = new JsonObject { ["__type"] = e.Code, ["Message"] = e.Message };
        }

        var text = answer.ToJsonString();
        Exchanges.Enqueue(new Exchange(operation, Encoding.UTF8.GetString(body), code, text));
        context.Response.ContentType = "application/x-amz-json-1.1";
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        if (fault == FaultKind.DropAfter || !Goes(operation, true))
        {
            context.Abort();
            return;
        }

        await context.Response.WriteAsync(fault == FaultKind.HalfAnswer ? text[..(text.Length / 2)] : text);
    }

    private FaultKind? Take(string operation)
    {
        lock (gate)
        {
            var index = faults.FindIndex(fault => fault.Operation == operation || fault.Operation == "*");
            if (index < 0)
            {
                return null;
            }

            var fault = faults[index];
            if (fault.Times > 1)
            {
                faults[index] = fault with { Times = fault.Times - 1 };
            }
            else
            {
                faults.RemoveAt(index);
            }

            return fault.Kind;
        }
    }

    private void Refuse(FaultKind? fault, string operation)
    {
        lock (gate)
        {
            if (WritesPerSecond is { } most && Writes.Contains(operation))
            {
                var now = DateTimeOffset.UtcNow;
                while (recentWrites.TryPeek(out var oldest) && now - oldest > TimeSpan.FromSeconds(1))
                {
                    recentWrites.Dequeue();
                }

                if (recentWrites.Count >= most)
                {
                    Throttled++;
                    throw new ServiceException("ThrottlingException", "Rate exceeded");
                }

                recentWrites.Enqueue(now);
            }
        }

        const string caller = "User: arn:aws:iam::111122223333:user/operator";
        var refusal = fault switch
        {
            FaultKind.Throttle => new ServiceException("ThrottlingException", "Rate exceeded"),
            FaultKind.ServerError => new ServiceException("InternalServiceException", "An error occurred on the server side.", 500),
            FaultKind.NotImplemented => new ServiceException("InternalFailure", "API action not implemented", 501),
            FaultKind.Denied => new ServiceException(
                "AccessDeniedException", $"{caller} is not authorized to perform: secretsmanager:{operation} on resource: arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/kms-of-db-AbCdEf because no identity-based policy allows the secretsmanager:{operation} action"),
            FaultKind.KeyDenied => new ServiceException("AccessDeniedException", "Access to KMS is not allowed"),
            FaultKind.KeyActionDenied => new ServiceException(
                "AccessDeniedException", $"{caller} is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:eu-central-1:111122223333:key/named because no resource-based policy allows the kms:Decrypt action"),
            FaultKind.KeyDisabled => new ServiceException("DecryptionFailure", "Secrets Manager can't decrypt the protected secret text using the provided KMS key."),
            _ => null,
        };
        if (refusal is not null)
        {
            throw refusal;
        }
    }
}
