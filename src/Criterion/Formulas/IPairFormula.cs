using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>A formula of the similarities of rows to keys, summed over all pairs: ℓᵢ = u(sᵢᵢ) + Σ v(sᵢⱼ) over all j ≠ i.</summary>
internal interface IPairFormula
{
    /// <summary>Computes u, the term of a row and its own key.</summary>
    T Own<T>(T s)
        where T : struct, IReal<T>;

    /// <summary>Computes v, the term of a row and another key.</summary>
    T Other<T>(T s)
        where T : struct, IReal<T>;
}
