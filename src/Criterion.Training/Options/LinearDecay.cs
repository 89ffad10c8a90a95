namespace Criterion.Training;

/// <summary>A learning rate that is constant for a share of the steps and then falls linearly to 0.</summary>
internal static class LinearDecay
{
    /// <summary>Returns the factor of the learning rate in a step; not 0 before the last step is done.</summary>
    /// <param name="step">The number of the step, from 0.</param>
    /// <param name="steps">The number of steps in total.</param>
    /// <param name="constantShare">The share of the steps with the full rate, in [0, 1].</param>
    public static double FactorAt(long step, int steps, double constantShare)
    {
        double constant = constantShare * steps;
        return step < constant ? 1 : Math.Max(0, (steps - step) / (steps - constant + 1));
    }
}
