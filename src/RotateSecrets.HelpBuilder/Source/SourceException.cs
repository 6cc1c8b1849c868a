namespace RotateSecrets.HelpBuilder.Source;

/// <summary>What is wrong with a page, in the form in which builds report it: <c>file(line): error: what</c>.</summary>
internal sealed class SourceException(string path, int line, string message) : Exception($"{path}({line}): error: {message}");
