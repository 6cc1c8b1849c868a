namespace AwsDouble;

/// <summary>An error that the service answers with.</summary>
public sealed class ServiceException(string code, string message, int status = 400) : Exception(message)
{
    public string Code { get; } = code;

    public int Status { get; } = status;

    public static ServiceException NotFound() => new("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");

    public static ServiceException Parameter(string message) => new("InvalidParameterException", message);

    public static ServiceException Request(string message) => new("InvalidRequestException", message);
}
