using System.Runtime.CompilerServices;
using Criterion.Formulas;
using Criterion.Numbers;

namespace Criterion.Losses;

/// <summary>
/// A divergence for <see cref="FGanLoss{TDivergence}"/>: how the discriminator's output v becomes a bound T = g_f(v) in the domain of the
/// conjugate f*, and that conjugate there.
/// </summary>
public interface IDivergence
{
    /// <summary>g_f(v), the output activation.</summary>
    T Activation<T>(T v)
        where T : struct, IReal<T>;

    /// <summary>f*(g_f(v)), in a form that neither overflows nor cancels before its value does.</summary>
    T Conjugate<T>(T v)
        where T : struct, IReal<T>;
}

/// <summary>
/// The variational bound of an f-divergence (f-GAN): L_D = −E[g_f(r)] + E[f*(g_f(f))] over plain outputs of the discriminator, with
/// L_G = −E[f*(g_f(f))], or −E[g_f(f)] if the generator is not to saturate.
/// </summary>
/// <remarks>
/// −L_D is a lower bound of the divergence of the images from the generated ones. The activation is part of the objective: no
/// sigmoid or other at the discriminator's end.
/// </remarks>
/// <typeparam name="TDivergence">The divergence.</typeparam>
/// <param name="NonSaturatingGenerator">Whether the generator raises E[g_f(f)] instead, as the paper's section 3.2 does in practice.</param>
public abstract record FGanLoss<TDivergence>(bool NonSaturatingGenerator)
    : PointwiseGanLoss<FGanReal<TDivergence>, FGanFake<TDivergence>, FGanGenerated<TDivergence>>
    where TDivergence : struct, IDivergence
{
    /// <inheritdoc/>
    protected internal sealed override FGanReal<TDivergence> Real => default;

    /// <inheritdoc/>
    protected internal sealed override FGanFake<TDivergence> Fake => default;

    /// <inheritdoc/>
    protected internal sealed override FGanGenerated<TDivergence> Generated => new(NonSaturatingGenerator);
}

/// <summary>−g_f(v).</summary>
/// <typeparam name="TDivergence">The divergence.</typeparam>
public readonly struct FGanReal<TDivergence> : IUnaryFormula
    where TDivergence : struct, IDivergence
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> => -default(TDivergence).Activation(x);
}

/// <summary>f*(g_f(v)).</summary>
/// <typeparam name="TDivergence">The divergence.</typeparam>
public readonly struct FGanFake<TDivergence> : IUnaryFormula
    where TDivergence : struct, IDivergence
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> => default(TDivergence).Conjugate(x);
}

/// <summary>−f*(g_f(v)), or −g_f(v) if the generator is not to saturate.</summary>
/// <typeparam name="TDivergence">The divergence.</typeparam>
public readonly struct FGanGenerated<TDivergence>(bool nonSaturating) : IUnaryFormula
    where TDivergence : struct, IDivergence
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Value<T>(T x)
        where T : struct, IReal<T> => nonSaturating ? -default(TDivergence).Activation(x) : -default(TDivergence).Conjugate(x);
}
