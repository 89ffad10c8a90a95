using Criterion.Nn;

namespace Criterion.Training;

/// <summary>The normalisations of the hidden layers of a discriminator.</summary>
public enum DiscriminatorNorm
{
    /// <summary>Batch norm in all but the first and last layer, as published for DCGAN.</summary>
    Batch,

    /// <summary>No normalisation.</summary>
    None,

    /// <summary>Layer norm over all values of a sample, as in the critics of WGAN-GP.</summary>
    Layer,

    /// <summary>Instance norm, over each channel of an image.</summary>
    Instance,

    /// <summary>Every weight divided by its largest singular value (Miyato et al., 2018).</summary>
    Spectral,
}

/// <summary>The kinds of output of a discriminator.</summary>
public enum DiscriminatorOutput
{
    /// <summary>One logit or score.</summary>
    Logit,

    /// <summary>The mean absolute error of the reconstruction by an auto-encoder, as in BEGAN.</summary>
    AbsoluteError,

    /// <summary>The mean squared error of the reconstruction by an auto-encoder, as in EBGAN.</summary>
    SquaredError,

    /// <summary>A probability: the logit through a sigmoid.</summary>
    Probability,
}

/// <summary>An auto-encoder whose output is the error of its reconstruction: images <c>[N, C, H, W]</c> to <c>[N]</c>.</summary>
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

    protected override OnnxValue ToOnnx(OnnxGraph graph, OnnxValue input)
    {
        OnnxValue error = graph.Node("Sub", [graph.Add(_decoder, graph.Add(_encoder, input)), input]);
        OnnxValue size = _squared ? graph.Node("Mul", [error, error]) : graph.Node("Abs", [error]);
        return graph.Node("ReduceMean", [size], ("axes", (long[])[1, 2, 3]), ("keepdims", 0)) with { Shape = [input.Shape[0]] };
    }
}
