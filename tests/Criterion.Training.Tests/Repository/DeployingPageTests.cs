using Criterion.Nn;

namespace Criterion.Training.Tests;

/// <summary>The code of docs/deploying.md.</summary>
public class DeployingPageTests
{
    [Fact]
    public void A_generator_draws_from_its_file()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory().FullName, GeneratorFile.Name);
        PointNetworks network = new(width: 4, latent: 8);
        GeneratorFile.Write(path, network, network.Generator(new RandomStream(1)));
        Assert.Equal(3, Draw(path, 3, seed: 5).Shape[0]);
        Assert.Equal(Draw(path, 3, seed: 5).ToArray<float>(), Draw(path, 3, seed: 5).ToArray<float>());
    }

    static Tensor Draw(string path, int count, ulong seed)
    {
        (GanNetworks network, Sequential generator) = GeneratorFile.Read(path);
        using (Autograd.NoGrad())
        {
            return generator.Eval().Forward(network.Latents(count, new RandomStream(seed)));
        }
    }
}
