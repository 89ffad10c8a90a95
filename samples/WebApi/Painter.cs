using Criterion;
using Criterion.Formats;
using Criterion.Nn;
using Criterion.Training;

namespace WebApi;

/// <summary>A generator in evaluation mode, which any number of requests may use at once.</summary>
public sealed class Painter
{
    readonly GanNetworks _network;
    readonly Sequential _generator;

    /// <summary>Reads the weights that a training wrote.</summary>
    public Painter(string path)
    {
        (_network, _generator) = GeneratorFile.Read(path);
        _generator.Eval();
    }

    /// <summary>Draws images as one PNG.</summary>
    public byte[] Draw(ulong seed, int count)
    {
        using TensorScope scope = new(); // returns the memory of the request to a pool
        using var inference = Autograd.NoGrad();
        Tensor images = _generator.Forward(_network.Latents(count, new RandomStream(seed)));
        using MemoryStream png = new();
        Png.Write(png, _network.Picture(images));
        return png.ToArray();
    }
}
