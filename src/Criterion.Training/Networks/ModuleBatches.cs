using Criterion.Nn;

namespace Criterion.Training;

/// <summary>Runs networks on more input than one forward pass should hold in memory.</summary>
public static class ModuleBatches
{
    /// <summary>Switches a module to evaluation and applies it to the input batch by batch, without gradients.</summary>
    /// <param name="module">The module; it stays in evaluation mode.</param>
    /// <param name="input">The input, <c>[N, …]</c>.</param>
    /// <param name="batchSize">The rows of a batch; at least 1. Default: 64.</param>
    /// <returns>The outputs of all batches, <c>[N, …]</c>.</returns>
    public static Tensor InBatches(this Module module, Tensor input, int batchSize = 64)
    {
        ArgumentNullException.ThrowIfNull(module);
        module.Eval();
        return Map(input, module.Forward, batchSize);
    }

    /// <summary>Applies a module to all images of a data set, and converts only those of one batch to floats at a time.</summary>
    internal static Tensor InBatches(this Module module, ImageDataset images)
    {
        const int BatchSize = 64;
        module.Eval();
        return Map(images.Stored, part => module.Forward(PixelValues.Signed(part)), BatchSize);
    }

    /// <summary>Applies a function to the input batch by batch, without gradients.</summary>
    internal static Tensor Map(Tensor input, Func<Tensor, Tensor> function, int batchSize)
    {
        ArgumentNullException.ThrowIfNull(input);
        using (Autograd.NoGrad())
        {
            using TensorScope scope = new();
            return scope.Keep(Tensor.Cat([.. input.Split(batchSize).Select(OneBatch)]));
        }

        Tensor OneBatch(Tensor batch)
        {
            using TensorScope inner = new();
            return inner.Keep(function(batch));
        }
    }
}
