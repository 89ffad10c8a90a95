using System.Reflection;
using System.Text.RegularExpressions;
using Criterion.Losses;
using Criterion.Tests.Threads;

namespace Criterion.Tests.Repository;

/// <summary>The calls that the catalogue and docs/losses.md print compile as they stand.</summary>
public partial class LossPageTests
{
    static readonly string[] Blocks =
    [
        .. CodeBlock().Matches(RepositoryRoot.Read("docs", "losses.md")).Select(static match => match.Groups[1].Value),
    ];

    public static TheoryData<Type> Criteria =>
        [.. typeof(ICriterion).Assembly.GetTypes().Where(static type => type.IsDefined(typeof(CatalogueAttribute), inherit: false))];

    [Theory]
    [MemberData(nameof(Criteria))]
    public void Code_of_a_loss_compiles(Type type)
    {
        string code = CodeOf(type);
        Assert.Empty(Snippet.ErrorsOfProgram(Program(type, code)));
        Assert.NotEmpty(Snippet.ErrorsOfProgram(Program(type, code.Replace($"new {type.Name}(", $"new {type.Name}(NoOption: 1, "))));
    }

    [Theory]
    [MemberData(nameof(Criteria))]
    public void Code_names_every_option_as_the_constructor_does(Type type)
    {
        string code = CodeOf(type);
        string arguments = code[code.IndexOf('(', StringComparison.Ordinal)..code.IndexOf(')', StringComparison.Ordinal)];
        string[] names = [.. Name().Matches(arguments).Select(static match => match.Groups[1].Value)];
        string[] texts = [.. type.GetConstructors().MaxBy(static c => c.GetParameters().Length)!.GetParameters()
            .Where(static p => (Nullable.GetUnderlyingType(p.ParameterType) ?? p.ParameterType) is { IsValueType: true }
                || p.ParameterType == typeof(Tensor))
            .Select(static p => p.Name!)];
        Assert.Equal(texts, names);
    }

    static string CodeOf(Type type) =>
        Assert.Single(Blocks, block => block.Contains($"new {type.Name}(", StringComparison.Ordinal));

    // The inputs are parameters of a local function, which has the statements as its body.
    static string Program(Type type, string code)
    {
        IEnumerable<string> inputs = from call in Call().Matches(code)
                                     let names = call.Groups[2].Value.Split(", ")
                                     let method = type.GetMethods().First(method => method.Name == call.Groups[1].Value
                                         && names.All(name => method.GetParameters().Any(parameter => parameter.Name == name))
                                         && method.GetParameters().Count(static p => !p.HasDefaultValue) <= names.Length)
                                     from parameter in method.GetParameters()
                                     where names.Contains(parameter.Name)
                                     select $"{Text(parameter.ParameterType)} {parameter.Name}";
        return $"using Criterion; using Criterion.Losses; static void Call({string.Join(", ", inputs.Distinct())}) {{ {code} }}";
    }

    static string Text(Type type) => type.IsGenericType
        ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Text))}>"
        : type.Name;

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\.([A-Z]\w*)\(([^():]*)\);")]
    private static partial Regex Call();

    [GeneratedRegex(@"(\w+): ")]
    private static partial Regex Name();
}
