using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Criterion.Losses;

namespace Criterion.Cli;

/// <summary>Writes the C# statements that create a loss with its default options and evaluate it.</summary>
internal static class CatalogueCode
{
    static readonly string[] Methods = ["Forward", "Discriminator", "Generator", "Discrete", "Gaussian", "Apply"];

    /// <summary>Returns the statements, one a line. The inputs are named as the parameters are.</summary>
    public static IReadOnlyList<string> Lines(CatalogueEntry entry)
    {
        string creation = $"new {entry.Type.Name}({string.Join(", ", entry.Options.Where(static o => o.IsArgument).Select(Argument))})";
        MethodInfo[] calls = [.. Calls(entry.Type)];
        string owner = entry.About.Family == LossFamily.Penalty ? "penalty" : "loss";
        return calls.Length == 1
            ? [Statement(calls[0], owner, creation)]
            : [$"var {owner} = {creation};", .. calls.Select(call => Statement(call, ResultOf(call), owner))];
    }

    static string Argument(CatalogueOption option) => $"{option.Name}: {option.Code}";

    static string Statement(MethodInfo call, string result, string target) =>
        $"{(call.ReturnType == typeof(void) ? "" : $"var {result} = ")}{target}.{call.Name}({string.Join(", ", Inputs(call))});";

    static string ResultOf(MethodInfo call) => $"{char.ToLowerInvariant(call.Name[0])}{call.Name[1..]}Loss";

    // The generator's loss of a relativistic objective needs the real logits, which other objectives ignore.
    static IEnumerable<string> Inputs(MethodInfo call) => call.GetParameters()
        .Where(p => !p.HasDefaultValue || call.ReflectedType!.IsAssignableTo(typeof(RelativisticGanLoss)))
        .Select(static p => p.Name!);

    static IEnumerable<MethodInfo> Calls([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] Type type) =>
        type.GetMethods()
            .Where(static call => !call.IsStatic && Methods.Contains(call.Name))
            .GroupBy(static call => call.Name)
            .OrderBy(static overloads => Array.IndexOf(Methods, overloads.Key))
            .Select(static overloads => overloads
                .OrderBy(static call => call.GetParameters().Length)
                .ThenByDescending(static call => call.GetParameters().Count(static p => p.ParameterType == typeof(Tensor)))
                .First());
}
