using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// A divergence of an <see cref="FGanLoss"/>: the map from the discriminator's output v to a value g_f(v) in the domain of the convex
/// conjugate f*, and the conjugate of that value.
/// </summary>
public interface IDivergence
{
    /// <summary>Computes g_f(v), the output activation.</summary>
    T Activation<T>(T v)
        where T : struct, IReal<T>;

    /// <summary>Computes f*(g_f(v)) in a form that neither overflows nor cancels before its value does.</summary>
    T Conjugate<T>(T v)
        where T : struct, IReal<T>;
}

/// <summary>
/// The variational bound of an f-divergence (f-GAN): L_D = −E[g_f(r)] + E[f*(g_f(f))] over unbounded outputs of the discriminator, with L_G
/// = −E[f*(g_f(f))], or −E[g_f(f)] for a non-saturating generator.
/// </summary>
/// <remarks>
/// −L_D is a lower bound of the divergence between real and generated images. The loss applies the activation, so the discriminator must
/// not end in a sigmoid or another activation.
/// </remarks>
public abstract record FGanLoss : PointwiseGanLoss
{
    /// <summary>Initializes the loss.</summary>
    /// <param name="nonSaturatingGenerator">
    /// Whether the generator maximizes E[g_f(f)] instead, as recommended in section 3.2 of the paper.
    /// </param>
    protected FGanLoss(bool nonSaturatingGenerator) => NonSaturatingGenerator = nonSaturatingGenerator;

    /// <summary><inheritdoc cref="FGanLoss(bool)" path="/param[@name='nonSaturatingGenerator']/node()"/></summary>
    public bool NonSaturatingGenerator { get; init; }

    /// <summary>Gets the divergence.</summary>
    protected internal abstract FDivergence Divergence { get; }

    /// <inheritdoc/>
    protected internal sealed override UnaryFormula Real => Divergence.Real;

    /// <inheritdoc/>
    protected internal sealed override UnaryFormula Fake => Divergence.Fake;

    /// <inheritdoc/>
    protected internal sealed override UnaryFormula Generated => Divergence.Generated(NonSaturatingGenerator);
}

/// <summary>A boxed <see cref="IDivergence"/>, for an <see cref="FGanLoss"/>.</summary>
public abstract class FDivergence
{
    private protected FDivergence()
    {
    }

    /// <summary>Boxes a divergence.</summary>
    public static FDivergence From<TDivergence>()
        where TDivergence : struct, IDivergence => new Boxed<TDivergence>();

    internal abstract UnaryFormula Real { get; }

    internal abstract UnaryFormula Fake { get; }

    internal abstract UnaryFormula Generated(bool nonSaturating);

    internal abstract double Activation(double v);

    internal abstract double Conjugate(double v);

    sealed class Boxed<TDivergence> : FDivergence
        where TDivergence : struct, IDivergence
    {
        internal override UnaryFormula Real => UnaryFormula.From(default(FGanReal<TDivergence>));

        internal override UnaryFormula Fake => UnaryFormula.From(default(FGanFake<TDivergence>));

        internal override UnaryFormula Generated(bool nonSaturating) => UnaryFormula.From(new FGanGenerated<TDivergence>(nonSaturating));

        internal override double Activation(double v) => default(TDivergence).Activation<Real>(v).Value;

        internal override double Conjugate(double v) => default(TDivergence).Conjugate<Real>(v).Value;
    }
}

/// <summary>−g_f(v).</summary>
internal readonly struct FGanReal<TDivergence> : IUnaryFormula
    where TDivergence : struct, IDivergence
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> => -default(TDivergence).Activation(x);
}

/// <summary>f*(g_f(v)).</summary>
internal readonly struct FGanFake<TDivergence> : IUnaryFormula
    where TDivergence : struct, IDivergence
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> => default(TDivergence).Conjugate(x);
}

/// <summary>−f*(g_f(v)), or −g_f(v) for a non-saturating generator.</summary>
internal readonly struct FGanGenerated<TDivergence>(Flag nonSaturating) : IUnaryFormula
    where TDivergence : struct, IDivergence
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> => nonSaturating ? -default(TDivergence).Activation(x) : -default(TDivergence).Conjugate(x);
}
