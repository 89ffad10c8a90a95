using Criterion.Losses;

namespace Criterion.Training;

/// <summary>Statistics of the outputs of a discriminator, for reports and health checks.</summary>
internal static class ScoreStatistics
{
    /// <summary>Computes D(real) and D(fake): mean probabilities if the objective is logistic, mean scores otherwise.</summary>
    public static (double Real, double Fake) Means(GanLoss objective, Tensor real, Tensor fake)
    {
        (Tensor r, Tensor f) = (real.Detach(), fake.Detach());
        return objective switch
        {
            // A relativistic discriminator estimates the probability of being more real than the other kind.
            RelativisticAverageLogisticGanLoss => (Mean((r - f.Mean()).Sigmoid()), Mean((f - r.Mean()).Sigmoid())),
            RelativisticPairedLogisticGanLoss => (Mean((r - f).Sigmoid()), Mean((f - r).Sigmoid())),
            _ when IsLogistic(objective) => (Mean(r.Sigmoid()), Mean(f.Sigmoid())),
            _ => (Mean(r), Mean(f)),
        };
    }

    /// <summary>
    /// Computes the share of pairs in which a real sample scores above a generated one; a tie counts half. The sign is reversed for
    /// energies, which are low for real samples.
    /// </summary>
    public static double Accuracy(GanLoss objective, Tensor real, Tensor fake)
    {
        float[] r = Sorted(real);
        float[] f = Sorted(fake);
        (int below, int upTo, long wins) = (0, 0, 0L);
        foreach (float score in r)
        {
            while (below < f.Length && f[below] < score)
            {
                below++;
            }

            while (upTo < f.Length && f[upTo] <= score)
            {
                upTo++;
            }

            wins += below + upTo;
        }

        double above = wins / (2.0 * r.Length * f.Length);
        return objective is EnergyBasedGanLoss or BoundaryEquilibriumGanLoss ? 1 - above : above;
    }

    /// <summary>
    /// Computes the mean sign of the scores of real samples, less the middle of the objective: 1 where the discriminator knows all of them.
    /// The middle is that of the mean scores of real and generated samples for objectives without a zero. The sign is reversed for
    /// energies.
    /// </summary>
    public static double MeanSign(GanLoss objective, Tensor real, Tensor fake)
    {
        (Tensor r, Tensor f) = (real.Detach(), fake.Detach());
        double middle = objective switch
        {
            HingeGanLoss => 0,
            LeastSquaresGanLoss squares => (squares.A + squares.B) / 2,
            ProbabilityGanLoss => 0.5,
            _ when IsLogistic(objective) => 0,
            _ => (Mean(r) + Mean(f)) / 2,
        };
        double sign = Mean((r - middle).Sign());
        return objective is EnergyBasedGanLoss or BoundaryEquilibriumGanLoss ? -sign : sign;
    }

    /// <summary>Computes the root mean square distance between generated samples, as a multiple of that between real ones.</summary>
    public static double Diversity(Tensor real, Tensor fake) => Math.Sqrt(TotalVariance(fake.Detach()) / TotalVariance(real.Detach()));

    /// <summary>
    /// Computes the root mean square distance between generated samples of one class, as a multiple of that between real ones; 0 where no
    /// class has two real or two generated samples.
    /// </summary>
    public static double ClassDiversity(Tensor real, Tensor realLabels, Tensor fake, Tensor fakeLabels, int classes)
    {
        double expected = VarianceInClasses(real, realLabels, classes);
        return expected > 0 ? Math.Sqrt(VarianceInClasses(fake, fakeLabels, classes) / expected) : 0;
    }

    // Pooled over the classes; each class with samples costs one degree of freedom.
    static double VarianceInClasses(Tensor samples, Tensor labels, int classes)
    {
        Tensor rows = samples.Detach().Flatten(1);
        Tensor members = labels.OneHot(classes, rows.DType);
        Tensor counts = members.Sum(0);
        Tensor means = members.Transpose().MatMul(rows) / counts.Clamp(low: 1).Unsqueeze(1);
        double freedom = rows.Shape[0] - (counts > 0).Sum().Item();
        return freedom > 0 ? (rows - members.MatMul(means)).Square().Sum().Item() / freedom : 0;
    }

    // Twice the summed variance is the mean squared distance of two samples; the factors cancel in the ratio.
    static double TotalVariance(Tensor images) => Mean(images.Var([0], correction: 0));

    static bool IsLogistic(GanLoss objective) =>
        objective is NonSaturatingGanLoss or MinimaxGanLoss or WassersteinLogisticGanLoss or JensenShannonFGanLoss;

    static double Mean(Tensor values) => values.Mean().Item();

    static float[] Sorted(Tensor scores)
    {
        float[] values = scores.Detach().To(DType.Float32).ToArray<float>();
        Array.Sort(values);
        return values;
    }
}
