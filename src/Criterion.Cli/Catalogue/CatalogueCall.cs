using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Criterion.Losses;

namespace Criterion.Cli;

/// <summary>A way to evaluate a criterion on tensors: <c>Forward</c>, or the parts of an objective.</summary>
internal sealed class CatalogueCall
{
    static readonly string[] Names = ["Forward", "Discriminator", "Generator", "Of"];

    readonly MethodInfo _method;

    CatalogueCall(MethodInfo method) => _method = method;

    public string Name => _method.Name;

    /// <summary>The tensors that it takes, and whether each must be given.</summary>
    public IEnumerable<(string Name, bool IsRequired)> Inputs => _method.GetParameters().Select(static p => (p.Name!, !p.HasDefaultValue));

    /// <summary>The calls of a criterion that take nothing but tensors.</summary>
    public static IReadOnlyList<CatalogueCall> Of([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] Type type) =>
    [
        .. type.GetMethods()
            .Where(static m => m is { IsStatic: false, IsGenericMethod: false } && Names.Contains(m.Name) && m.ReturnType == typeof(Tensor))
            .Where(static m => m.GetParameters().All(static p => p.ParameterType == typeof(Tensor)))
            .OrderBy(static m => Array.IndexOf(Names, m.Name))
            .Select(static m => new CatalogueCall(m)),
    ];

    /// <summary>The value for the given inputs.</summary>
    public Tensor Invoke(ICriterion criterion, IReadOnlyDictionary<string, Tensor> inputs)
    {
        object?[] arguments = [.. _method.GetParameters().Select(parameter => inputs.GetValueOrDefault(parameter.Name!))];
        try
        {
            return (Tensor)_method.Invoke(criterion, arguments)!;
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException or TensorException)
        {
            throw new CatalogueException(e.InnerException.Message);
        }
    }
}
