using System.Management.Automation;
using System.Reflection;
using System.Security;
using System.Xml.Linq;
using RotateSecrets.Binding;
using RotateSecrets.Commands;
using RotateSecrets.Secrets;
using RotateSecrets.Tests.Hosting;

namespace RotateSecrets.Tests.Conventions;

/// <summary>Holds every exported cmdlet to the same rules, by reflection: a cmdlet that is added is held to them too.</summary>
public sealed class CmdletConventionTests
{
    private static readonly string[] ApprovedVerbs =
    [
        .. new[]
            {
                typeof(VerbsCommon), typeof(VerbsCommunications), typeof(VerbsData), typeof(VerbsDiagnostic), typeof(VerbsLifecycle),
                typeof(VerbsOther), typeof(VerbsSecurity),
            }
            .SelectMany(static group => group.GetFields(BindingFlags.Public | BindingFlags.Static))
            .Select(static field => (string)field.GetRawConstantValue()!),
    ];

    private static readonly string[] VerbsThatChangeSomething =
    [
        VerbsCommon.Set, VerbsCommon.Move, VerbsCommon.Remove, VerbsCommon.Add, VerbsCommon.Undo, VerbsSecurity.Revoke, VerbsLifecycle.Start, VerbsLifecycle.Stop,
        VerbsLifecycle.Restart, VerbsLifecycle.Invoke, VerbsLifecycle.Resume, VerbsData.Update, VerbsData.Export, VerbsCommunications.Disconnect,
    ];

    private static readonly string[] SecretWords = ["password", "passphrase", "secret", "token", "apikey", "credential", "value", "privatekey"];

    // Words of the list that name something else: an idempotency token is no credential.
    private static readonly string[] NoSecrets = ["SetStoreSecretCommand.Token"];

    private static readonly string[] Viewed = [.. XDocument.Load(Path.Combine(Path.GetDirectoryName(BuiltModule.Manifest)!, "RotateSecrets.Format.ps1xml"))
        .Descendants("TypeName").Select(static name => name.Value)];

    public static TheoryData<Type> Cmdlets => [.. typeof(RotationCommand).Assembly.GetExportedTypes()
        .Where(static type => type.IsSubclassOf(typeof(Cmdlet)) && !type.IsAbstract)];

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Its_class_is_sealed_and_named_after_it(Type cmdlet)
    {
        var name = NameOf(cmdlet);
        Assert.True(cmdlet.IsSealed);
        Assert.Equal($"{name.VerbName}{name.NounName}Command", cmdlet.Name);
        Assert.Equal("RotateSecrets.Commands", cmdlet.Namespace);
        Assert.True(cmdlet.IsSubclassOf(typeof(RotationCommand)));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Its_verb_is_approved_and_its_noun_singular(Type cmdlet)
    {
        var name = NameOf(cmdlet);
        Assert.Contains(name.VerbName, ApprovedVerbs);
        Assert.Matches("^[A-Z][A-Za-z]+[^s]$|^[A-Z][A-Za-z]+ss$", name.NounName);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void It_asks_before_it_changes_something_and_only_then(Type cmdlet)
    {
        var name = NameOf(cmdlet);
        // What is new is in memory alone, unless it is written to a file.
        var writesFile = name.VerbName == VerbsCommon.New && Parameters(cmdlet).Any(static parameter => parameter.Name == "Path");
        Assert.Equal(writesFile || VerbsThatChangeSomething.Contains(name.VerbName), name.SupportsShouldProcess);
        if (name.VerbName == VerbsSecurity.Revoke)
        {
            Assert.Equal(ConfirmImpact.High, name.ConfirmImpact);
        }
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void It_says_what_it_writes(Type cmdlet) => Assert.NotEmpty(cmdlet.GetCustomAttributes<OutputTypeAttribute>());

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void What_it_writes_has_a_view(Type cmdlet)
    {
        var written = cmdlet.GetCustomAttributes<OutputTypeAttribute>().SelectMany(static output => output.Type).Select(static type => type.Name);
        Assert.Empty(written.Where(static name => name.StartsWith("RotateSecrets.", StringComparison.Ordinal)).Except(Viewed));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void No_parameter_takes_a_secret_as_text_or_names_a_provider(Type cmdlet)
    {
        foreach (var parameter in Parameters(cmdlet))
        {
            var type = parameter.PropertyType.IsArray ? parameter.PropertyType.GetElementType()! : parameter.PropertyType;
            var isNamedAsSecret = SecretWords.Any(word => parameter.Name.EndsWith(word, StringComparison.OrdinalIgnoreCase));
            if (isNamedAsSecret && !NoSecrets.Contains($"{cmdlet.Name}.{parameter.Name}"))
            {
                Assert.True(type == typeof(SecretValue) || type == typeof(SecureString) || type == typeof(PSCredential) || type == typeof(SwitchParameter), $"{parameter.Name} is {type}");
            }

            var home = type.Assembly.GetName().Name!;
            Assert.False(home.StartsWith("RotateSecrets.", StringComparison.Ordinal) && home != "RotateSecrets.Core", $"{parameter.Name} is of {home}");
        }
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Its_parameters_are_in_Pascal_case_and_secrets_and_durations_are_transformed(Type cmdlet)
    {
        foreach (var parameter in Parameters(cmdlet))
        {
            Assert.Matches("^[A-Z][A-Za-z0-9]+$", parameter.Name);
            var transformations = parameter.GetCustomAttributes<ArgumentTransformationAttribute>().Select(static attribute => attribute.GetType().Name).ToList();
            var type = parameter.PropertyType.IsArray ? parameter.PropertyType.GetElementType()! : Nullable.GetUnderlyingType(parameter.PropertyType) ?? parameter.PropertyType;
            if (type == typeof(SecretValue))
            {
                Assert.Contains("SecretValueTransformationAttribute", transformations);
            }

            Assert.NotEqual(typeof(SecretAddress), type);
            if (type == typeof(AddressArgument))
            {
                Assert.NotNull(parameter.GetCustomAttribute<ArgumentCompleterAttribute>());
            }

            if (type == typeof(TimeSpan))
            {
                Assert.Contains("DurationTransformationAttribute", transformations);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Its_help_has_a_synopsis_two_examples_and_a_text_for_every_parameter(Type cmdlet)
    {
        var name = NameOf(cmdlet);
        using var session = new HostedSession();
        dynamic help = session.Run("Get-Help $args[0] -Full", $"{name.VerbName}-{name.NounName}").Clean().Output[0];
        Assert.DoesNotContain("[<CommonParameters>]", (string)help.Synopsis.ToString(), StringComparison.Ordinal);
        Assert.True(((PSObject)help.description[0]).Properties["Text"].Value is string { Length: > 40 });
        Assert.True(Count(help.examples.example) >= 2, "two examples are wanted");
        var described = ((IEnumerable<object>)AsList(help.parameters.parameter)).Cast<PSObject>()
            .ToDictionary(static parameter => (string)parameter.Properties["name"].Value.ToString()!, static parameter => parameter.Properties["description"]?.Value);
        Assert.All(Parameters(cmdlet), parameter => Assert.NotNull(described.GetValueOrDefault(parameter.Name)));
    }

    private static CmdletAttribute NameOf(Type cmdlet) => cmdlet.GetCustomAttribute<CmdletAttribute>()!;

    private static IEnumerable<PropertyInfo> Parameters(Type cmdlet) =>
        cmdlet.GetProperties().Where(static property => property.GetCustomAttributes<ParameterAttribute>().Any());

    private static int Count(object? examples) => AsList(examples).Count;

    private static IReadOnlyList<object> AsList(object? items) => (items is PSObject wrapped ? wrapped.BaseObject : items) switch
    {
        object[] many => many,
        null => [],
        _ => [items!],
    };
}
