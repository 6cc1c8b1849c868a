namespace RotateSecrets.Aws.Tests;

/// <summary>Whatever service AWS_ENDPOINT_URL names. A stand-in takes any region and keys, so what else the environment doesn't say is made up.</summary>
internal static class NamedEndpoint
{
    public static bool Exists => Is("AWS_ENDPOINT_URL");

    /// <summary>Skips the test where no service is named.</summary>
    public static void Require()
    {
        Assert.SkipUnless(Exists, "Set AWS_ENDPOINT_URL (and AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY) to run these on a service.");
        if (!Is("AWS_REGION") && !Is("AWS_DEFAULT_REGION"))
        {
            Environment.SetEnvironmentVariable("AWS_REGION", "us-east-1");
        }

        if (!Is("AWS_ACCESS_KEY_ID") && !Is("AWS_PROFILE") && !Is("AWS_WEB_IDENTITY_TOKEN_FILE"))
        {
            Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "test");
            Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "test");
        }
    }

    private static bool Is(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
