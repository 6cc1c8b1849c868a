namespace RotateSecrets.Peers.GitHub.Http;

/// <summary>A request, and the answer that the server has for it by itself: before a test alters it or lets it get lost.</summary>
/// <param name="Method">The method.</param>
/// <param name="Target">The path below the API, and the query.</param>
/// <param name="Headers">The request's headers.</param>
/// <param name="Body">What was sent.</param>
/// <param name="Status">The answer's status; 500 where a test gave the answer.</param>
/// <param name="Answer">The answer's body as JSON; null for none.</param>
public sealed record Exchange(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body, int Status, string? Answer);
