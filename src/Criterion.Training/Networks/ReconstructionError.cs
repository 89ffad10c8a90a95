using Criterion.Nn;

namespace Criterion.Training;

/// <summary>What a discriminator's hidden layers are normalised by.</summary>
public enum DiscriminatorNorm
{
    /// <summary>Batch norm in all but the first and last layer, as published for DCGAN.</summary>
    Batch,

    /// <summary>Nothing.</summary>
    None,

    /// <summary>Layer norm over all values of an image, as in WGAN-GP's critics.</summary>
    Layer,

    /// <summary>Instance norm, channel by channel of an image.</summary>
    Instance,

    /// <summary>Every weight divided by its largest singular value (Miyato et al., 2018).</summary>
    Spectral,
}

/// <summary>What a discriminator says of an image.</summary>
public enum DiscriminatorOutput
{
    /// <summary>One logit or score.</summary>
    Logit,

    /// <summary>The mean absolute error with which it gives the image back, as in BEGAN.</summary>
    AbsoluteError,

    /// <summary>The mean squared error with which it gives the image back, as in EBGAN.</summary>
    SquaredError,

    /// <summary>A probability: the logit through a sigmoid.</summary>
    Probability,
}

/// <summary>An auto-encoder whose output is how badly it gives an image back: images <c>[N, C, H, W]</c> to <c>[N]</c>.</summary>
internal sealed class ReconstructionError : Module
{
    readonly Sequential _encoder;
    readonly Sequential _decoder;
    readonly bool _squared;

    public ReconstructionError(Sequential encoder, Sequential decoder, bool squared)
    {
        _encoder = Child("encoder", encoder);
        _decoder = Child("decoder", decoder);
        _squared = squared;
    }

    public override Tensor Forward(Tensor input)
    {
        Tensor error = _decoder.Forward(_encoder.Forward(input)) - input;
        return (_squared ? error * error : error.Abs()).Flatten(1).Mean(1);
    }
}
