using TorchSharp;

namespace TorchSharpLosses;

/// <summary>Criterion's losses on TorchSharp's tensors and networks: first losses, cosine embedding, and three kinds of GAN.</summary>
public static class Program
{
    public static void Main(string[] args)
    {
        int steps = int.Parse(args.ElementAtOrDefault(0) ?? "300");
        torch.random.manual_seed(1);
        Console.WriteLine($"combined loss       {FirstLoss.Combined():0.0000}");
        Console.WriteLine($"similar pairs       {CosineEmbedding.SimilarPairs():0.0000}");
        Console.WriteLine($"mixed batch         {CosineEmbedding.MixedBatch():0.0000}");
        Console.WriteLine($"two faces           {CosineEmbedding.TwoFaces():0.0000}");
        Console.WriteLine($"query and gallery   {CosineEmbedding.QueryAgainstGallery():0.0000}");
        Console.WriteLine($"balanced critic     weight {SuperResolution.Balanced():0.0000}");
        Console.WriteLine($"GAN                 distance of means {Gan.Train(steps):0.00}");
        Console.WriteLine($"WGAN-GP             distance of means {WganGp.Train(steps):0.00}");
        Console.WriteLine($"CycleGAN            cycle error {CycleGan.Train(steps):0.00}");
    }
}
