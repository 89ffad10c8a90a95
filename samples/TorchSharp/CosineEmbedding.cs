using Criterion.Losses;
using Criterion.TorchSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace TorchSharpLosses;

/// <summary>The four uses of CosineEmbeddingLoss: similar pairs, a mixed batch, two faces, and a query against a gallery.</summary>
public static class CosineEmbedding
{
    /// <summary>A Siamese network: both embeddings of a pair should point the same way.</summary>
    public static double SimilarPairs()
    {
        Tensor x1 = randn(32, 128);
        Tensor x2 = randn(32, 128);
        Tensor target = ones(32); // 1 means similar
        return new CosineEmbeddingLoss(0.0).Forward(x1, x2, target).ToDouble();
    }

    /// <summary>Similar and dissimilar pairs in one batch.</summary>
    public static double MixedBatch()
    {
        Tensor x1 = cat([randn(16, 128), randn(16, 128)]);
        Tensor x2 = cat([randn(16, 128), randn(16, 128)]);
        Tensor target = cat([ones(16), -ones(16)]); // 1 means similar, −1 dissimilar
        return new CosineEmbeddingLoss(0.0).Forward(x1, x2, target).ToDouble();
    }

    /// <summary>Face recognition: a margin of 0.25 leaves dissimilar faces alone once their cosine is below it.</summary>
    public static double TwoFaces()
    {
        using var extractor = nn.Sequential(nn.Flatten(), nn.Linear(32 * 32, 512));
        Tensor image1 = rand(1, 1, 32, 32);
        Tensor image2 = image1 + 0.1 * randn(1, 1, 32, 32); // the same face, with noise
        Tensor isSame = tensor([1L]); // 1 for the same person, −1 for another

        Tensor loss = new CosineEmbeddingLoss(margin: 0.25).Forward(extractor.call(image1), extractor.call(image2), isSame);
        loss.backward(); // gradients of the extractor's weights
        return loss.ToDouble();
    }

    /// <summary>Re-identification: one query against a gallery of a thousand, of which a hundred show the same person.</summary>
    public static double QueryAgainstGallery()
    {
        Tensor query = randn(256).unsqueeze(0).expand(1000, 256); // a view: nothing is copied
        Tensor target = cat([ones(100), -ones(900)]);
        return new CosineEmbeddingLoss(0.1).Forward(query, randn(1000, 256), target).ToDouble();
    }
}
