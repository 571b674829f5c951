DROP TABLE advisers;
DROP TABLE grid_pictures;
DROP TABLE grid_maps;
DROP TABLE grid_reviewers;
DROP TABLE grids;
DROP TABLE bank_products;
