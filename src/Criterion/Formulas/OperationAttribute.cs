namespace Criterion.Formulas;

/// <summary>The public operation that a formula computes, for errors and for the graph.</summary>
/// <param name="name">The name of the method.</param>
[AttributeUsage(AttributeTargets.Struct)]
internal sealed class OperationAttribute(string name) : Attribute
{
    /// <summary>The name of the method.</summary>
    public string Name { get; } = name;

    /// <summary>Returns the operation of a formula; the formula's own name for a formula of a user.</summary>
    public static string NameOf<TFormula>() => Names<TFormula>.Name;

    static class Names<TFormula>
    {
        public static readonly string Name =
            GetCustomAttribute(typeof(TFormula), typeof(OperationAttribute)) is OperationAttribute operation
                ? operation.Name
                : typeof(TFormula).Name;
    }
}
