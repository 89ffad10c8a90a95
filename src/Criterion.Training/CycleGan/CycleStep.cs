using System.Globalization;

namespace Criterion.Training;

/// <summary>What one step of a CycleGAN did: one row of <c>losses.csv</c>.</summary>
/// <param name="Step">The number of the step, from 1.</param>
/// <param name="Adversarial">The translators' adversarial losses, both ways.</param>
/// <param name="Cycle">The weighted cycle loss, both ways.</param>
/// <param name="Identity">The weighted identity loss, both ways; 0 without one.</param>
/// <param name="DiscriminatorA">The loss of the discriminator of domain A.</param>
/// <param name="DiscriminatorB">The loss of the discriminator of domain B.</param>
/// <param name="TranslatorGradientNorm">The length of the translators' whole gradient.</param>
/// <param name="Skipped">Steps that were left out up to now, because a loss or a gradient was no number.</param>
/// <param name="Seconds">How long the step took.</param>
public readonly record struct CycleStep(
    long Step,
    double Adversarial,
    double Cycle,
    double Identity,
    double DiscriminatorA,
    double DiscriminatorB,
    double TranslatorGradientNorm,
    long Skipped,
    double Seconds) : IRunStep
{
    /// <summary>What there is to report of a step that was left out.</summary>
    internal static CycleStep NoNumbers { get; } = new()
    {
        Adversarial = double.NaN,
        Cycle = double.NaN,
        Identity = double.NaN,
        DiscriminatorA = double.NaN,
        DiscriminatorB = double.NaN,
        TranslatorGradientNorm = double.NaN,
    };

    /// <inheritdoc/>
    public static string Header => "step,adversarial,cycle,identity,discriminator_a,discriminator_b,translator_gradient_norm,skipped,seconds";

    /// <inheritdoc/>
    public string ToCsv() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Step},{Adversarial:G9},{Cycle:G9},{Identity:G9},{DiscriminatorA:G9},{DiscriminatorB:G9},{TranslatorGradientNorm:G9},{Skipped},{Seconds:F6}");

    /// <inheritdoc/>
    public string Describe() =>
        $"adversarial {Column(Adversarial)}  cycle {Column(Cycle)}  identity {Column(Identity)}  D(A) {Column(DiscriminatorA)} D(B) {Column(DiscriminatorB)}{(Skipped > 0 ? $"  skipped {Skipped}" : "")}";

    static string Column(double value) => NumberText.Fixed(value, 3).PadLeft(6);
}
