using Criterion.Numbers;

namespace Criterion.Formulas;

/// <summary>
/// A formula of the similarities of a row to classes: ℓ = f(ln Σ e^u(sⱼ) over its own classes, ln Σ e^v(sⱼ) over all others). Example:
/// softmax with an additive margin, with u = λ (s − m), v = λ s and f(a, b) = softplus(b − a). Losses of anchors take distances in place of
/// similarities, with positives as own classes and negatives as others.
/// </summary>
internal interface IClassFormula
{
    /// <summary>Computes u, the logit of a row's own class, from the similarity.</summary>
    T Own<T>(T s)
        where T : struct, IReal<T>;

    /// <summary>Computes v, the logit of another class, from the similarity.</summary>
    T Other<T>(T s)
        where T : struct, IReal<T>;

    /// <summary>Computes the loss of a row from the two logarithms, of which one is −∞ where there is no such class.</summary>
    T Loss<T>(T own, T others)
        where T : struct, IReal<T>;
}
