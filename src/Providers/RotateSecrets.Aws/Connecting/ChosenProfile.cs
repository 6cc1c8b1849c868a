using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using RotateSecrets.Outcomes;

namespace RotateSecrets.Aws.Connecting;

/// <summary>The profile that counts: the one that is named, else that of AWS_PROFILE, else the default one; and the files that it is in.</summary>
/// <param name="Files">The files.</param>
/// <param name="Location">Where they are; null where the SDK looks by itself.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsNamed">Whether it was named for the connection, so that nothing else is tried.</param>
/// <param name="Profile">What it says; null where it isn't there.</param>
internal sealed record ChosenProfile(CredentialProfileStoreChain Files, string? Location, string Name, bool IsNamed, CredentialProfile? Profile)
{
    private const string First = "the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), a web identity token (AWS_WEB_IDENTITY_TOKEN_FILE)";
    private const string Order = $"{First}, the profile (AWS_PROFILE, else default: keys, role, SSO, process), the container, the instance";

    /// <summary>Whether it is its turn in the SDK's chain, which reads the files by the names that they had when the process first looked.</summary>
    public bool IsNext => Profile is { CanCreateAWSCredentials: true } && !AreSet("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY") && !AreSet("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN");

    public static Outcome<ChosenProfile> Find(string? named)
    {
        // The SDK looks at these variables once in the life of a process; here they count whenever they are set. Who signs in with SSO alone has no file of credentials.
        var credentials = Environment.GetEnvironmentVariable("AWS_SHARED_CREDENTIALS_FILE");
        var config = Environment.GetEnvironmentVariable("AWS_CONFIG_FILE");
        var location = File.Exists(credentials) || !File.Exists(config) ? credentials : config;
        var files = new CredentialProfileStoreChain(location);
        var name = named ?? (Environment.GetEnvironmentVariable("AWS_PROFILE") is { Length: > 0 } used ? used : "default");
        return files.TryGetProfile(name, out var profile) || named is null
            ? new ChosenProfile(files, location, name, named is not null, profile)
            : new Failure(FailureCode.CredentialsInvalid, name, $"There is no AWS profile {name}.")
            {
                Remedy = files.ListProfiles() is { Count: > 0 } there
                    ? $"There are: {string.Join(", ", there.Select(static one => one.Name))}."
                    : "Make it with: aws configure --profile <name>",
            };
    }

    /// <summary>Why no credentials came of it, and of the rest of the chain where the profile isn't all that was tried.</summary>
    /// <param name="cause">What was thrown.</param>
    /// <param name="isOfProfile">Whether they were this profile's to give.</param>
    /// <param name="now">The time.</param>
    public Failure NoCredentials(Exception cause, bool isOfProfile, DateTimeOffset now) => Profile switch
    {
        { Options: { SsoStartUrl.Length: > 0 } or { SsoSession.Length: > 0 } } => new SignOn(Name, Profile.Options.SsoSession, Profile.Options.SsoStartUrl).Missing(now),
        not null when isOfProfile => new Failure(
            FailureCode.CredentialsInvalid, Name, $"The AWS profile {Name} gives no credentials{Reason(Profile.Options, cause)}.{(IsNamed ? string.Empty : $" Tried before it: {First}.")}")
        {
            Remedy = "See what it says in ~/.aws/config and ~/.aws/credentials.",
        },
        _ => new Failure(FailureCode.CredentialsInvalid, "credentials", $"No AWS credentials were found. Tried, in this order: {Order}.{Doubt(cause)}")
        {
            Remedy = "Sign in, or say -ProfileName or -Credential.",
        },
    };

    private string Doubt(Exception cause) => Profile switch
    {
        null when Name == "default" => string.Empty,
        null => $" There is no profile {Name}.",
        _ => $" The profile {Name} gives none{Reason(Profile.Options, cause)}.",
    };

    // What a process writes, and what a service answers, may hold anything: neither is quoted.
    private string Reason(CredentialProfileOptions options, Exception cause) => options switch
    {
        { CredentialProcess.Length: > 0 } => ": its credential_process failed, or wrote no credentials",
        { SourceProfile: { Length: > 0 } source } when !Files.TryGetProfile(source, out _) => $": its source_profile {source} isn't there",
        { RoleArn: { Length: > 0 } role } => $": the role {role} can't be assumed{Refusal(cause)}",
        { AccessKey: null or "" } => ": it has neither keys, a role, SSO nor a process",
        _ => string.Empty,
    };

    private static bool AreSet(params string[] variables) => Array.TrueForAll(variables, static one => Environment.GetEnvironmentVariable(one) is { Length: > 0 });

    private static string Refusal(Exception? cause) => cause switch
    {
        null => string.Empty,
        AmazonServiceException { ErrorCode: { Length: > 0 } code } when code.All(char.IsAsciiLetter) => $" ({code})",
        _ => Refusal(cause.InnerException),
    };
}
