using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using Amazon.SecretsManager.Model;

namespace Amazon.SecretsManager.Internal;

/// <summary>How shapes are written and read: members under their own names, times as seconds since 1970, bytes in base64.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(EpochSeconds), typeof(Base64Stream)])]
[JsonSerializable(typeof(CreateSecretRequest))]
[JsonSerializable(typeof(CreateSecretResponse))]
[JsonSerializable(typeof(DeleteSecretRequest))]
[JsonSerializable(typeof(DeleteSecretResponse))]
[JsonSerializable(typeof(DescribeSecretRequest))]
[JsonSerializable(typeof(DescribeSecretResponse))]
[JsonSerializable(typeof(GetResourcePolicyRequest))]
[JsonSerializable(typeof(GetResourcePolicyResponse))]
[JsonSerializable(typeof(GetSecretValueRequest))]
[JsonSerializable(typeof(GetSecretValueResponse))]
[JsonSerializable(typeof(ListSecretVersionIdsRequest))]
[JsonSerializable(typeof(ListSecretVersionIdsResponse))]
[JsonSerializable(typeof(ListSecretsRequest))]
[JsonSerializable(typeof(ListSecretsResponse))]
[JsonSerializable(typeof(PutSecretValueRequest))]
[JsonSerializable(typeof(PutSecretValueResponse))]
[JsonSerializable(typeof(RestoreSecretRequest))]
[JsonSerializable(typeof(RestoreSecretResponse))]
[JsonSerializable(typeof(RotateSecretRequest))]
[JsonSerializable(typeof(RotateSecretResponse))]
[JsonSerializable(typeof(UpdateSecretVersionStageRequest))]
[JsonSerializable(typeof(UpdateSecretVersionStageResponse))]
internal sealed partial class SecretsManagerJson : JsonSerializerContext
{
    /// <summary>How a shape is written and read.</summary>
    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Wire.Options.GetTypeInfo(typeof(T));

    // In a class of its own, because static members of two files have no order among each other.
    private static class Wire
    {
        public static JsonSerializerOptions Options { get; } = new(Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = ((IJsonTypeInfoResolver)Default).WithAddedModifier(LeaveOutRuntimeMembers),
        };

        // The SDK's base class has members that are no part of the shape.
        private static void LeaveOutRuntimeMembers(JsonTypeInfo info)
        {
            for (var i = info.Properties.Count - 1; i >= 0; i--)
            {
                if (info.Properties[i].Name is nameof(AmazonWebServiceResponse.ResponseMetadata)
                    or nameof(AmazonWebServiceResponse.ContentLength) or nameof(AmazonWebServiceResponse.HttpStatusCode))
                {
                    info.Properties.RemoveAt(i);
                }
            }
        }
    }
}

/// <summary>A time as seconds since 1970, with fractions.</summary>
internal sealed class EpochSeconds : JsonConverter<DateTime>
{
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var seconds = reader.GetDouble();
        return seconds is >= -62_135_596_800 and < 253_402_300_800
            ? DateTime.UnixEpoch.AddMilliseconds(Math.Round(seconds * 1000))
            : throw new JsonException("A time is beyond the calendar.");
    }

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((value.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds);
}

/// <summary>Bytes in base64.</summary>
internal sealed class Base64Stream : JsonConverter<MemoryStream>
{
    public override MemoryStream Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var bytes = reader.GetBytesFromBase64();
        return new MemoryStream(bytes, 0, bytes.Length, writable: true, publiclyVisible: true);
    }

    public override void Write(Utf8JsonWriter writer, MemoryStream value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(value.GetBuffer().AsSpan(0, (int)value.Length));
}
