using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Criterion.Losses;
using Criterion.Training;

namespace Criterion.Cli;

/// <summary>A method that evaluates a loss on tensors: <c>Forward</c>, or a part of a GAN loss.</summary>
internal sealed class CatalogueCall
{
    static readonly string[] Names = ["Forward", "Discriminator", "Generator", "Of", "Discrete", "Gaussian"];

    readonly MethodInfo _method;

    CatalogueCall(MethodInfo method) => _method = method;

    public string Name => _method.Name;

    /// <summary>Gets the names of the input tensors, and whether each is required.</summary>
    public IEnumerable<(string Name, bool IsRequired)> Inputs => _method.GetParameters().Select(static p => (p.Name!, !p.HasDefaultValue));

    /// <summary>Returns the methods of a loss that take only tensors.</summary>
    public static IReadOnlyList<CatalogueCall> Of([DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicMethods)] Type type) =>
    [
        .. type.GetMethods()
            .Where(static m => m is { IsStatic: false, IsGenericMethod: false } && Names.Contains(m.Name) && m.ReturnType == typeof(Tensor))
            .Where(static m => m.GetParameters().All(static p => p.ParameterType == typeof(Tensor) || IsList(p)))
            .OrderBy(static m => Array.IndexOf(Names, m.Name))
            .ThenBy(static m => m.GetParameters().Any(IsList))
            .Select(static m => new CatalogueCall(m)),
    ];

    /// <summary>Returns whether an input is a list of tensors.</summary>
    public bool TakesList(string input) => _method.GetParameters().Any(parameter => parameter.Name == input && IsList(parameter));

    /// <summary>Evaluates a loss on the given inputs.</summary>
    public Tensor Invoke(ICriterion criterion, IReadOnlyDictionary<string, Tensor[]> inputs)
    {
        object?[] arguments =
        [
            .. _method.GetParameters().Select(parameter => Argument(parameter, inputs.GetValueOrDefault(parameter.Name!))),
        ];
        try
        {
            return (Tensor)_method.Invoke(criterion, arguments)!;
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException or TensorException)
        {
            throw new ToolException(ErrorText.Of(e.InnerException), e);
        }
    }

    /// <summary>Returns whether it accepts the inputs: all required ones are given, and only lists have several tensors.</summary>
    public bool Accepts(IReadOnlyDictionary<string, Tensor[]> inputs) => _method.GetParameters().All(parameter =>
        inputs.TryGetValue(parameter.Name!, out Tensor[]? given) ? IsList(parameter) || given.Length == 1 : parameter.HasDefaultValue);

    static object? Argument(ParameterInfo parameter, Tensor[]? given) => IsList(parameter) ? given : given?[0];

    static bool IsList(ParameterInfo parameter) =>
        parameter.ParameterType == typeof(IReadOnlyList<Tensor>) || parameter.ParameterType == typeof(IEnumerable<Tensor>);
}
