namespace Criterion.Training;

/// <summary>The controller of <see cref="AdaptiveAugment"/>, which moves p by the signs of the scores of real images.</summary>
/// <param name="options">The target and the speed.</param>
internal sealed class AugmentationController(AdaptiveAugment options) : IStateful
{
    double _signs;
    long _images;
    long _steps;

    /// <summary>Gets p, the probability of each part of the augmentation; 0 at first.</summary>
    public double Probability { get; private set; }

    /// <summary>Takes in a discriminator step, and moves p after every fourth.</summary>
    /// <param name="sign">The mean sign of the scores of real images.</param>
    /// <param name="images">The number of real images.</param>
    public void Observe(double sign, int images)
    {
        _signs += sign * images;
        _images += images;
        if (++_steps % AdaptiveAugment.Interval == 0)
        {
            double move = Math.Sign((_signs / _images) - options.Target) * _images / (double)options.Images;
            Probability = Math.Clamp(Probability + move, 0, 1);
            (_signs, _images) = (0, 0);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> StateDict() => State.StateDict();

    /// <inheritdoc/>
    public void LoadStateDict(IReadOnlyDictionary<string, Tensor> state) => State.LoadStateDict(state);

    StatefulNumbers State => new(
        () => [Probability, _signs, _images, _steps],
        values => (Probability, _signs, _images, _steps) = (values[0], values[1], (long)values[2], (long)values[3]));
}
