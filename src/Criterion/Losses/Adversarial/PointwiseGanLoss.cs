using System.Runtime.CompilerServices;
using Criterion.Formulas;

namespace Criterion.Losses;

/// <summary>
/// An objective whose parts are means over single logits: L_D = E[real(r)] + E[fake(f)] and L_G = E[generator(f)].
/// </summary>
/// <typeparam name="TReal">The discriminator's term of a real logit.</typeparam>
/// <typeparam name="TFake">The discriminator's term of a generated logit.</typeparam>
/// <typeparam name="TGenerator">The generator's term of a generated logit.</typeparam>
public abstract record PointwiseGanLoss<TReal, TFake, TGenerator> : GanLoss
    where TReal : struct, IUnaryFormula
    where TFake : struct, IUnaryFormula
    where TGenerator : struct, IUnaryFormula
{
    /// <summary>The discriminator's term of a real logit.</summary>
    protected internal abstract TReal Real { get; }

    /// <summary>The discriminator's term of a generated logit.</summary>
    protected internal abstract TFake Fake { get; }

    /// <summary>The generator's term of a generated logit.</summary>
    protected internal abstract TGenerator Generated { get; }

    /// <inheritdoc/>
    public override Tensor Discriminator(Tensor real, Tensor fake) => Mean(Real, real) + Mean(Fake, fake);

    /// <inheritdoc/>
    public override Tensor Generator(Tensor fake, Tensor? real = null) => Mean(Generated, fake);

    /// <inheritdoc/>
    public override string ToLatex() =>
        $"""
        L_D = {Expected(Real, "r")} + {Expected(Fake, "f")}
        L_G = {Expected(Generated, "f")}
        """;

    /// <inheritdoc/>
    public override IEnumerable<LossCurve> Curves() =>
    [
        Curve(Real, "discriminator, real"),
        Curve(Fake, "discriminator, fake"),
        Curve(Generated, "generator"),
    ];

    /// <summary>Says which logits the objective is not defined on.</summary>
    protected virtual void Check(Tensor logits, string name)
    {
    }

    Tensor Mean<TFormula>(TFormula term, Tensor logits, [CallerArgumentExpression(nameof(logits))] string name = "")
        where TFormula : struct, IUnaryFormula
    {
        Check(Some(logits, name), name);
        return TensorFormula.Mean(term, logits);
    }
}
