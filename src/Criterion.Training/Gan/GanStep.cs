using System.Globalization;

namespace Criterion.Training;

/// <summary>What one training step did: one row of <c>losses.csv</c>.</summary>
/// <param name="Step">The number of the step, from 1.</param>
/// <param name="DiscriminatorLoss">The discriminator's loss without penalty, before its last update.</param>
/// <param name="GeneratorLoss">The generator's loss, after that update.</param>
/// <param name="RealScore">D(real): the mean probability of being real, or the mean score of a critic.</param>
/// <param name="FakeScore">D(fake), likewise.</param>
/// <param name="Penalty">The weighted penalty; 0 without one.</param>
/// <param name="DiscriminatorGradientNorm">The length of the discriminator's whole gradient.</param>
/// <param name="GeneratorGradientNorm">The length of the generator's whole gradient.</param>
/// <param name="Seconds">How long the step took.</param>
public readonly record struct GanStep(
    long Step,
    double DiscriminatorLoss,
    double GeneratorLoss,
    double RealScore,
    double FakeScore,
    double Penalty,
    double DiscriminatorGradientNorm,
    double GeneratorGradientNorm,
    double Seconds) : IRunStep
{
    /// <inheritdoc/>
    public static string Header => "step,discriminator_loss,generator_loss,d_real,d_fake,penalty,discriminator_gradient_norm,generator_gradient_norm,seconds";

    /// <inheritdoc/>
    public string ToCsv() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Step},{DiscriminatorLoss:G9},{GeneratorLoss:G9},{RealScore:G9},{FakeScore:G9},{Penalty:G9},{DiscriminatorGradientNorm:G9},{GeneratorGradientNorm:G9},{Seconds:F6}");

    /// <inheritdoc/>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"loss D {DiscriminatorLoss,6:F3} G {GeneratorLoss,6:F3}  D(real) {RealScore:F2} D(fake) {FakeScore:F2}");
}
